/**
 * The calls into libc that neither the JDK nor Netty offers, by the foreign function interface (JEP
 * 454): control messages of datagrams, exact Unix addresses, FD_CLOEXEC.
 *
 * <p>Linking them costs tens of milliseconds, so nothing here is touched on the start path of
 * stream sockets.
 */
@NullMarked
package io.fdgate.gateway.libc;

import org.jspecify.annotations.NullMarked;
