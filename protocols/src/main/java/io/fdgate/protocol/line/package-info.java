/**
 * A newline-delimited text protocol for people with nc and socat, and for scripts.
 *
 * <p>Bytes become lines ({@code LineSplitter}), a line becomes a request or the reason why it is
 * none ({@code RequestParser}), a request goes to its {@link LineCommand} ({@code LineService}),
 * and the answer becomes one line again ({@code AnswerWriter}). {@code LineHandler} does that for
 * connections, {@code LineDatagrams} for datagrams. The grammar is in docs/line-protocol.md.
 */
@NullMarked
package io.fdgate.protocol.line;

import org.jspecify.annotations.NullMarked;
