package io.fdgate.gateway.listener;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoopChoiceTest {
  @Test
  void socketsOfOneNameAreOnDifferentLoopsInWhateverOrderTheyCome() {
    LoopChoice choice = new LoopChoice(2);
    int echo = choice.next("echo");
    int web = choice.next("web");
    assertThat(web).isNotEqualTo(echo);
    assertThat(choice.next("echo")).isNotEqualTo(echo);
    assertThat(choice.next("web")).isNotEqualTo(web);
  }

  @Test
  void goesRoundWhenThereAreMoreSocketsThanLoops() {
    LoopChoice choice = new LoopChoice(3);
    int first = choice.next("echo");
    assertThat(choice.next("echo")).isNotEqualTo(first);
    assertThat(choice.next("echo")).isNotEqualTo(first);
    assertThat(choice.next("echo")).isEqualTo(first);
  }
}
