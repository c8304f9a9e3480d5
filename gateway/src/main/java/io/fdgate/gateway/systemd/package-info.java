/** What the service manager is told (sd_notify(3)), and what it is asked. */
@NullMarked
package io.fdgate.gateway.systemd;

import org.jspecify.annotations.NullMarked;
