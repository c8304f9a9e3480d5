/**
 * The gateway: {@code Main} reads the environment and the configuration, plans, adopts, says READY
 * and waits for the end.
 *
 * <pre>
 * activation: environment -> InheritedFd -> InheritedSocket
 * listener:   InheritedSocket + configuration + protocols -> BindingPlan -> adopted listeners
 * systemd:    what the service manager is told
 * </pre>
 */
@NullMarked
package io.fdgate.gateway;

import org.jspecify.annotations.NullMarked;
