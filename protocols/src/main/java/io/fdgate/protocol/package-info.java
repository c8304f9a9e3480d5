/**
 * What a protocol is to the gateway: the interface that every protocol, built in or dropped into
 * {@code lib/}, implements.
 *
 * <p>Two axes are kept apart. Where bytes come from (a listening TCP socket, a connected VSOCK
 * socket, a Unix datagram socket) is the gateway's business. What they mean is the protocol's. A
 * {@link io.fdgate.protocol.StreamProtocol} fills the pipeline of each connection; a {@link
 * io.fdgate.protocol.DatagramProtocol} answers each datagram. Protocols are found by {@link
 * java.util.ServiceLoader} and chosen by the name of the inherited socket.
 */
@NullMarked
package io.fdgate.protocol;

import org.jspecify.annotations.NullMarked;
