/** What the service manager is told (sd_notify(3)). */
@NullMarked
package io.fdgate.gateway.systemd;

import org.jspecify.annotations.NullMarked;
