package io.fdgate.protocol.http;

/**
 * An answer's body, in parts that are asked for only as fast as the peer takes them. Used on the
 * connection's event loop.
 */
interface BodySource {
  /** Whether there is another part. */
  boolean hasNext();

  /** The next part, which then belongs to the caller: a ByteBuf or a FileRegion. */
  Object next();

  /** Frees what it holds; called once, at the end or when the connection breaks. */
  default void close() {}
}
