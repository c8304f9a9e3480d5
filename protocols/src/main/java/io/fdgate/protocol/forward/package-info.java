/**
 * Carries each connection, and each datagram, to another program, which then needs no socket
 * activation of its own.
 *
 * <p>The way of a connection: {@code TakeOver} takes the client's socket from its channel before
 * anything was read; {@code Dial} tries {@code Upstreams} until one takes the connection; then a
 * {@code Relay} moves bytes in two {@code Flow}s between two {@code Side}s.
 *
 * <p>The sides are handles of the epoll loop and no Netty channels. A channel reads what the kernel
 * has as soon as the peer ends its side, whether the other side takes it or not, and it tells a
 * reset after a half-close no more. Here one buffer for each direction is all that is held, and it
 * is there only while the other side does not take it.
 *
 * <p>The way of a datagram: {@code Sessions} finds its client's {@code Session}, which sends it on
 * by a {@code DatagramLink} of its own; {@code Dial} is the same.
 */
@NullMarked
package io.fdgate.protocol.forward;

import org.jspecify.annotations.NullMarked;
