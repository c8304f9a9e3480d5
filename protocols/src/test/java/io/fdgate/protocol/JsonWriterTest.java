package io.fdgate.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JsonWriterTest {
  private final JsonWriter json = new JsonWriter();

  @Test
  void separatesMembersAndElements() {
    json.object().member("a", 1).name("b").array().object().endObject().value("c").value("d");
    assertThat(json.endArray().member("e", "f").endObject())
        .hasToString("{\"a\":1,\"b\":[{},\"c\",\"d\"],\"e\":\"f\"}");
  }

  @Test
  void quotesWhatWouldBreakTheText() {
    assertThat(json.value("\"\\\n\r\t\0<\u007f"))
        .hasToString("\"\\\"\\\\\\n\\r\\t\\u0000\\u003c\\u007f\"");
  }

  @Test
  void keepsPairsAndEscapesHalvesOfThem() {
    assertThat(json.value("é\uD83D\uDE00\uD83Dx\uDE00"))
        .hasToString("\"é\uD83D\uDE00\\ud83dx\\ude00\"");
  }
}
