package io.fdgate.protocol;

/** Why a datagram went unanswered. */
public enum DropReason {
  /** It was longer than the receive buffer, so that what arrived was not all of it. */
  TOO_LONG("too long"),
  /** A Unix peer that did not bind: there is no address to answer to. */
  NO_REPLY_ADDRESS("no reply address"),
  /** The kernel refused the reply: the peer is gone, or there is no route or no permission. */
  UNREACHABLE("peer unreachable"),
  /** A Unix peer that does not read: its queue is full. */
  PEER_QUEUE_FULL("peer's queue full"),
  /** It claims to come from this very socket: an answer would be a loop. */
  LOOP("sent by this socket itself"),
  /** A client more than {@code max_sessions}, or one for which there was no descriptor left. */
  NO_SESSION("no session left"),
  /** What waits for an upstream has reached its limit, or the upstream does not read. */
  UPSTREAM_BUSY("upstream busy"),
  /** No upstream took it in {@code connect_timeout}. */
  UPSTREAM_UNREACHABLE("upstream unreachable"),
  /** A reply of an upstream beyond {@code max_replies}. */
  UNASKED_REPLY("unasked reply"),
  /** Its source has sent more than max_datagram_rate_per_source in this second. */
  RATE("rate limit"),
  /** The protocol's handler threw an exception. */
  PROTOCOL_FAULT("protocol fault");

  private final String text;

  DropReason(String text) {
    this.text = text;
  }

  /** The words that logs and tables use. */
  public String text() {
    return text;
  }
}
