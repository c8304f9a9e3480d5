package io.fdgate.protocol.forward;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.DialAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whose turn it is. */
final class UpstreamsTest {
  private final Upstream a = new Upstream(new DialAddress.Unix(true, "/a"));
  private final Upstream b = new Upstream(new DialAddress.Unix(true, "/b"));
  private final Upstream c = new Upstream(new DialAddress.Unix(true, "/c"));

  @Test
  void roundRobinBeginsWithTheNext() {
    Upstreams upstreams = new Upstreams(List.of(a, b, c), false);
    assertThat(upstreams.inTurn(0)).containsExactly(a, b, c);
    assertThat(upstreams.inTurn(0)).containsExactly(b, c, a);
    assertThat(upstreams.inTurn(0)).containsExactly(c, a, b);
    assertThat(upstreams.inTurn(0)).containsExactly(a, b, c);
  }

  @Test
  void leastConnectionsBeginsWithTheEmptiest() {
    Upstreams upstreams = new Upstreams(List.of(a, b, c), true);
    a.opened();
    a.opened();
    b.opened();
    assertThat(upstreams.inTurn(0)).containsExactly(c, b, a);
    a.closed();
    a.closed();
    assertThat(upstreams.inTurn(0)).endsWith(b);
  }

  @Test
  void oneThatRefusedIsLastForAWhile() {
    Upstreams upstreams = new Upstreams(List.of(a, b, c), false);
    a.refuse(0);
    assertThat(upstreams.inTurn(1)).containsExactly(b, c, a);
    long later = Duration.ofSeconds(10).toNanos();
    assertThat(upstreams.inTurn(later)).containsExactly(b, c, a);
    assertThat(upstreams.inTurn(later)).containsExactly(c, a, b);
    assertThat(upstreams.inTurn(later)).containsExactly(a, b, c);
  }

  @Test
  void oneThatTookAConnectionIsWellAgain() {
    Upstreams upstreams = new Upstreams(List.of(a, b), false);
    a.refuse(0);
    a.opened();
    assertThat(upstreams.inTurn(1)).containsExactly(a, b);
  }
}
