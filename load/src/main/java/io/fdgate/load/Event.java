package io.fdgate.load;

/** What a worker tells the thread that runs it all. */
sealed interface Event {
  /** All connections are open. */
  record Connected() implements Event {}

  /** Another second, or what was of it. */
  record Cut(Slice slice) implements Event {}

  /** It has failed; {@link Ended} follows. */
  record Failed(LoadException failure) implements Event {}

  /** It has ended, and says nothing more. */
  record Ended() implements Event {}
}
