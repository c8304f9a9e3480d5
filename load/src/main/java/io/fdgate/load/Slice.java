package io.fdgate.load;

/**
 * What one worker counted in one second.
 *
 * @param second its number from 0 on; negative in the warm-up
 * @param from nanoseconds since the end of the warm-up
 */
record Slice(int second, long from, long to, Tally tally) {
  boolean isWarmUp() {
    return second < 0;
  }
}
