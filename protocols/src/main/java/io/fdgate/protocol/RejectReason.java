package io.fdgate.protocol;

/** Why a connection was turned away before it was served. */
public enum RejectReason {
  /** The protocol's code could not take it. */
  PROTOCOL_FAULT("protocol fault"),
  /** No program behind us took it. */
  NO_UPSTREAM("no upstream"),
  /** As many were open as the socket may have. */
  MAX_CONNECTIONS("max_connections"),
  /** As many were open as its source may have. */
  MAX_CONNECTIONS_PER_SOURCE("max_connections_per_source"),
  /** As many had come as may come in a second. */
  MAX_CONNECTION_RATE("max_connection_rate");

  private final String text;

  RejectReason(String text) {
    this.text = text;
  }

  /** The words that logs and tables use. */
  public String text() {
    return text;
  }
}
