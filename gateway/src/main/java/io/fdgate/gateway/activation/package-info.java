/**
 * What was inherited: the environment variables of sd_listen_fds_with_names(3), and a look at each
 * descriptor before anything is adopted. Nothing here changes a socket.
 */
@NullMarked
package io.fdgate.gateway.activation;

import org.jspecify.annotations.NullMarked;
