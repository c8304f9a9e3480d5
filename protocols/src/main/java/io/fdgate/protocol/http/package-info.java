/**
 * HTTP/1.1 (RFC 9110, RFC 9112) and HTTP/2 (RFC 9113) on any stream socket: a file server, a few
 * endpoints to test with, and a WebSocket echo.
 *
 * <p>The path of a request: {@link io.fdgate.protocol.http.RequestDecoder} reads it, stricter than
 * Netty's decoder does, and hands on one request at a time; {@link
 * io.fdgate.protocol.http.HttpConnection} makes an {@link io.fdgate.protocol.http.Exchange} of it;
 * {@link io.fdgate.protocol.http.Router} chooses who answers. What cannot be answered is a {@link
 * io.fdgate.protocol.http.Refusal}: an error, then the end of the connection.
 *
 * <p>A connection that begins with the {@link io.fdgate.protocol.http.Preface} of HTTP/2, or whose
 * first request is an {@link io.fdgate.protocol.http.H2cUpgrade}, goes on with the handlers of
 * {@link io.fdgate.protocol.http.Http2Pipeline}: one {@link io.fdgate.protocol.http.Http2Session},
 * and for each stream a {@link io.fdgate.protocol.http.StreamCarrier} with its exchange. Routes see
 * only the exchange, and an exchange only its {@link io.fdgate.protocol.http.Carrier}.
 */
@NullMarked
package io.fdgate.protocol.http;

import org.jspecify.annotations.NullMarked;
