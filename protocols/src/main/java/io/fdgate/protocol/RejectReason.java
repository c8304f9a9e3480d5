package io.fdgate.protocol;

/** Why a connection was turned away before it was served. */
public enum RejectReason {
  /** The protocol's code could not take it. */
  PROTOCOL_FAULT("protocol fault"),
  /** No program behind us took it. */
  NO_UPSTREAM("no upstream");

  private final String text;

  RejectReason(String text) {
    this.text = text;
  }

  /** The words that logs and tables use. */
  public String text() {
    return text;
  }
}
