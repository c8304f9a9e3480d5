package io.fdgate.protocol.http;

import io.netty.buffer.ByteBuf;

/**
 * What the next bytes of a connection are, and whether the lines among them are well formed. They
 * are checked where they lie, before Netty's decoder consumes exactly those.
 */
final class RequestFraming {
  /** What the next bytes are. */
  private enum Expecting {
    REQUEST_LINE,
    FIELDS,
    SIZED_BODY,
    CHUNK_LINE,
    CHUNK,
    TRAILERS,
    /** Nothing that matters: the connection is about to end. */
    NOTHING
  }

  private Expecting expecting = Expecting.REQUEST_LINE;
  private boolean fresh = true;
  private boolean emptyLineSeen;
  private boolean lengthSeen;
  private long chunkLeft;

  /** Whether no line of HTTP/1 has come. */
  boolean isFresh() {
    return fresh;
  }

  /** Whether a request line or fields are next. */
  boolean isInHead() {
    return expecting == Expecting.REQUEST_LINE || expecting == Expecting.FIELDS;
  }

  boolean isAtRequestLine() {
    return expecting == Expecting.REQUEST_LINE;
  }

  /** Whether nothing matters that comes from now on. */
  boolean isStopped() {
    return expecting == Expecting.NOTHING;
  }

  void stop() {
    expecting = Expecting.NOTHING;
  }

  /** Checks the lines that are complete; returns whether Netty's decoder may go on. */
  boolean check(ByteBuf buffer) throws RefusedException {
    switch (expecting) {
      case REQUEST_LINE -> {
        return checkHead(buffer);
      }
      case FIELDS, TRAILERS -> checkFields(buffer, buffer.readerIndex());
      case CHUNK_LINE -> checkChunkLine(buffer);
      case SIZED_BODY, CHUNK, NOTHING -> {}
    }
    return true;
  }

  private boolean checkHead(ByteBuf buffer) throws RefusedException {
    int from = buffer.readerIndex();
    if (buffer.getByte(from) == '\r') {
      if (buffer.readableBytes() == 1) {
        return false;
      }
      // One empty line may come before a request (RFC 9112, section 2.2).
      if (buffer.getByte(from + 1) != '\n' || emptyLineSeen) {
        throw RefusedException.malformed("there is no request line");
      }
      fresh = false;
      emptyLineSeen = true;
      buffer.skipBytes(2);
      return false;
    }
    int lf = lineFeed(buffer, from);
    if (lf >= 0) {
      HeadLines.checkRequestLine(buffer, from, lf);
      expecting = Expecting.FIELDS;
      checkFields(buffer, lf + 1);
    }
    return true;
  }

  private void checkFields(ByteBuf buffer, int from) throws RefusedException {
    int at = from;
    boolean last = false;
    while (!last) {
      int lf = lineFeed(buffer, at);
      if (lf < 0) {
        return;
      }
      last = HeadLines.checkFieldLine(buffer, at, lf);
      // For HTTP/1.0 Netty makes one of several, whatever their values.
      if (HeadLines.isContentLength(buffer, at)) {
        if (lengthSeen) {
          throw RefusedException.malformed("a framing field is repeated");
        }
        lengthSeen = true;
      }
      at = lf + 1;
    }
  }

  private void checkChunkLine(ByteBuf buffer) throws RefusedException {
    int from = buffer.readerIndex();
    int lf = lineFeed(buffer, from);
    if (lf >= 0) {
      long size = ChunkLine.size(buffer, from, lf);
      expecting = size == 0 ? Expecting.TRAILERS : Expecting.CHUNK;
      chunkLeft = lf + 1 - from + size + 2;
    }
  }

  private static int lineFeed(ByteBuf buffer, int from) {
    return buffer.indexOf(from, buffer.writerIndex(), (byte) '\n');
  }

  /** Netty's decoder took bytes of what was checked. */
  void consumed(int bytes) {
    if (expecting == Expecting.CHUNK) {
      chunkLeft -= bytes;
      if (chunkLeft == 0) {
        expecting = Expecting.CHUNK_LINE;
      }
    }
  }

  /** A head is complete, and its body follows. */
  void headEnded(boolean chunked) {
    fresh = false;
    expecting = chunked ? Expecting.CHUNK_LINE : Expecting.SIZED_BODY;
  }

  void requestEnded() {
    expecting = Expecting.REQUEST_LINE;
    emptyLineSeen = false;
    lengthSeen = false;
  }
}
