package io.fdgate.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MemoryReturnTest {
  private int collected;
  private final MemoryReturn memory = new MemoryReturn(() -> collected++);

  @Test
  void collectsOnceWhenMostOfManyHaveGone() {
    open(0, MemoryReturn.MANY);
    close(MemoryReturn.MANY, MemoryReturn.MANY / 8 + 1);
    assertThat(collected).isZero();
    close(MemoryReturn.MANY / 8 + 1, 0);
    assertThat(collected).isOne();
  }

  @Test
  void collectsAgainAfterTheNextCrowd() {
    for (int i = 1; i <= 2; i++) {
      open(0, MemoryReturn.MANY);
      close(MemoryReturn.MANY, 0);
      assertThat(collected).isEqualTo(i);
    }
  }

  @Test
  void leavesFewConnectionsAlone() {
    open(0, MemoryReturn.MANY - 1);
    close(MemoryReturn.MANY - 1, 0);
    assertThat(collected).isZero();
  }

  private void open(int from, int to) {
    for (int count = from + 1; count <= to; count++) {
      memory.opened(count);
    }
  }

  private void close(int from, int to) {
    for (int count = from - 1; count >= to; count--) {
      memory.closed(count);
    }
  }
}
