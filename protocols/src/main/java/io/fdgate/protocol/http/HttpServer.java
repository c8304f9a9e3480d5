package io.fdgate.protocol.http;

import io.fdgate.protocol.SocketContext;

/**
 * What the connections of one socket share. Thread-safe.
 *
 * @param socket the inherited socket
 * @param limits what a request may cost
 * @param routes who answers
 * @param clock the time
 * @param accessLog where requests are noted
 */
record HttpServer(
    SocketContext socket, Limits limits, Route routes, HttpClock clock, AccessLog accessLog) {}
