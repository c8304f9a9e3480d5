package io.fdgate.load;

import io.fdgate.protocol.DialAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a run does.
 *
 * @param shape how much at a time
 * @param rate messages a second in all, sent when they are due (open loop); without it each answer
 *     is followed by the next message (closed loop)
 * @param times for how long
 * @param count ends the run after so many answers, if that comes before its time
 * @param body what HTTP answers must hold
 */
public record Plan(
    Target target, Shape shape, OptionalDouble rate, Times times, OptionalLong count, Body body) {
  /**
   * How much at a time.
   *
   * @param size the bytes of a message; of an HTTP request's body, where 0 is a GET
   * @param depth the most messages in flight on each connection
   * @param threads event loops
   */
  public record Shape(int connections, int size, int depth, int threads) {}

  /**
   * For how long.
   *
   * @param warmUp before anything counts
   * @param timeout after which a connection cannot be had, an answer counts as missing and a
   *     datagram as lost
   * @param firstTimeout the same for the first exchange, which may have to start the target
   */
  public record Times(
      Duration warmUp, Duration duration, Duration timeout, Duration firstTimeout) {}

  /** What HTTP answers must hold. */
  public enum Body {
    /** What the first one held; the request's own body if it had one. */
    SAME,
    /** Anything. */
    ANY
  }

  private static final int LARGEST_UDP = 65_507;

  /** Takes no more threads than have something to do. */
  public Plan {
    long busy = Math.min(shape.connections, count.orElse(Long.MAX_VALUE));
    if (busy < shape.threads) {
      shape = new Shape(shape.connections, shape.size, shape.depth, (int) busy);
    }
  }

  /** Whether the target can be asked so. */
  void check() throws LoadException {
    boolean datagram = !target.address().isStream();
    if (target.http().isEmpty() && shape.size < 1) {
      throw LoadException.usage("--size is 0 (expected: 1 byte or more for an echo service)");
    }
    if (target.address() instanceof DialAddress.Inet inet
        && !inet.isStream()
        && shape.size > LARGEST_UDP) {
      throw LoadException.usage(
          "--size is " + shape.size + " (expected: at most " + LARGEST_UDP + " for UDP)");
    }
    if (!datagram
        && target.http().filter(http -> http.version() == 2).isEmpty()
        && (long) shape.size * shape.depth > Integer.MAX_VALUE / 4) {
      throw LoadException.usage("--size times --depth is more than 512 MiB for each connection");
    }
  }

  /** A single exchange on a single connection: whether the target is there and answers. */
  Plan once() {
    return new Plan(
        target,
        new Shape(1, shape.size, 1, 1),
        OptionalDouble.empty(),
        new Times(Duration.ZERO, times.firstTimeout, times.firstTimeout, times.firstTimeout),
        OptionalLong.of(1),
        body);
  }

  /** What is asked of whom. */
  Optional<Target.Http> http() {
    return target.http();
  }
}
