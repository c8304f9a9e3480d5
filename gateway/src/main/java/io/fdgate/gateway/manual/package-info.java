/**
 * The manual that is made from the same source as the checks: what the settings and the commands
 * say of themselves, as Markdown and as manual pages. Never loaded on the activation path.
 */
@NullMarked
package io.fdgate.gateway.manual;

import org.jspecify.annotations.NullMarked;
