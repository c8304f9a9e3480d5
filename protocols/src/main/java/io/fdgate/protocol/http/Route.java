package io.fdgate.protocol.http;

/** Answers requests for some paths. */
@FunctionalInterface
public interface Route {
  /**
   * Answers a request, now or later. Called on the connection's event loop when the head is there;
   * it must not block.
   */
  void serve(Exchange exchange);
}
