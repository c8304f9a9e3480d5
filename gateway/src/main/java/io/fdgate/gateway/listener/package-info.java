/**
 * Inherited sockets become listeners. First the plan: each socket's name chooses a protocol, and
 * nothing is allocated while a fault is possible. Then adoption: a descriptor becomes an epoll
 * channel, or a datagram loop, on one of the event loops.
 */
@NullMarked
package io.fdgate.gateway.listener;

import org.jspecify.annotations.NullMarked;
