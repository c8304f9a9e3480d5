package io.fdgate.protocol.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A content coding that a file may be there in already. The order is ours among equals. */
enum Encoding {
  BROTLI("br", ".br"),
  ZSTANDARD("zstd", ".zst"),
  GZIP("gzip", ".gz");

  private final String coding;
  private final String suffix;

  Encoding(String coding, String suffix) {
    this.coding = coding;
    this.suffix = suffix;
  }

  /** Its name in Content-Encoding. */
  String coding() {
    return coding;
  }

  /** What follows the plain file's name. */
  String suffix() {
    return suffix;
  }

  /** Those that a client takes and does not like less than the plain file, best first. */
  static List<Encoding> accepted(List<String> fields) {
    if (fields.isEmpty()) {
      return List.of();
    }
    String all = String.join(",", fields);
    double plain = weight(all, "identity", false);
    List<Encoding> accepted = new ArrayList<>();
    for (Encoding encoding : values()) {
      double weight = weight(all, encoding.coding, true);
      if (weight > 0 && weight >= plain) {
        accepted.add(encoding);
      }
    }
    // Not by what Comparator offers: its lambdas are in no class archive.
    accepted.sort((one, other) ->
        Double.compare(weight(all, other.coding, true), weight(all, one.coding, true)));
    return List.copyOf(accepted);
  }

  /** The weight of a coding (RFC 9110, section 12.4.2); 0 when it is not named. */
  private static double weight(String field, String coding, boolean orAny) {
    double any = 0;
    for (String member : field.toLowerCase(Locale.ROOT).split(",", -1)) {
      String[] parts = member.split(";", -1);
      String name = parts[0].strip();
      double weight = parts.length > 1 ? weight(parts[1].strip()) : 1;
      if (name.equals(coding) || name.equals("x-" + coding)) {
        return weight;
      }
      if (name.equals("*") && orAny) {
        any = weight;
      }
    }
    return any;
  }

  private static double weight(String parameter) {
    if (!parameter.matches("q=[01](\\.[0-9]{0,3})?")) {
      return 0;
    }
    return Math.min(1, Double.parseDouble(parameter.substring(2)));
  }
}
