package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The commands of a document, as a reader types them, each with what the document says that it
 * answers. In the answers {@code ...} stands for anything, and alone on a line for any lines. A
 * command may have lines of input, up to {@code END}.
 */
final class Walk {
  private static final String INDENT = "    ";
  private static final String PROMPT = INDENT + "$ ";

  private static final String INPUT = " <<END";

  /** Where a command in the background runs: job 1 of the reader's shell. */
  private static final String JOB = "test-walk.service";

  private static final Pattern LOOKS =
      Pattern.compile("^(journalctl|podman ps|systemctl (--user )?is-active) ");

  private final List<Step> steps = new ArrayList<>();

  private record Step(String section, String command, List<String> answer) {
    boolean matches(String found) {
      String pattern =
          answer.stream()
              .map(line ->
                  line.equals("...")
                      ? "(?:.*\n)*?"
                      : Stream.of(line.split("\\.\\.\\.", -1))
                              .map(Pattern::quote)
                              .collect(Collectors.joining(".*"))
                          + "\n")
              .collect(Collectors.joining());
      return Pattern.matches(pattern, found);
    }
  }

  private Walk() {}

  static Walk of(String document) throws IOException {
    Walk walk = new Walk();
    String section = "";
    boolean inBlock = false;
    Iterator<String> lines = Files.readAllLines(Rig.CHECKOUT.resolve(document)).iterator();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.startsWith(PROMPT)) {
        String command = line.substring(PROMPT.length());
        walk.steps.add(new Step(section, command + input(command, lines), new ArrayList<>()));
        inBlock = true;
      } else if (line.startsWith(INDENT) && inBlock) {
        walk.steps.getLast().answer.add(line.substring(INDENT.length()));
      } else {
        inBlock = false;
        section = line.startsWith("## ") ? line.substring(3) : section;
      }
    }
    return walk;
  }

  private static String input(String command, Iterator<String> lines) {
    StringBuilder input = new StringBuilder();
    while (command.endsWith(INPUT) && !input.toString().endsWith("\nEND")) {
      input.append('\n').append(lines.next().replaceFirst("^" + INDENT, ""));
    }
    return input.toString();
  }

  /** Only the commands below a heading. */
  Walk section(String heading) {
    Walk part = new Walk();
    steps.stream().filter(step -> step.section.equals(heading)).forEach(part.steps::add);
    assertThat(part.steps).as(heading).isNotEmpty();
    return part;
  }

  /** All but the commands below a heading. */
  Walk without(String heading) {
    Walk part = new Walk();
    steps.stream().filter(step -> !step.section.equals(heading)).forEach(part.steps::add);
    assertThat(part.steps).hasSizeBetween(1, steps.size() - 1);
    return part;
  }

  /** Runs the commands one by one, as demo in the checkout, or as root with sudo. */
  void run(Rig rig) throws IOException, InterruptedException {
    for (Step step : steps) {
      if (step.command.endsWith("&")) {
        inTheBackground(rig, step);
      } else if (step.command.equals("kill %1")) {
        rig.user("systemctl", "--user", "stop", JOB).ok();
      } else {
        String answer = answer(rig, step);
        assertThat(step.matches(answer))
            .as("%s%nanswers%n%s%nand not%n%s", step.command, answer, step.answer)
            .isTrue();
      }
    }
  }

  /** The answer to a command; of one that only looks, as soon as it is what the reader will see. */
  private static String answer(Rig rig, Step step) throws IOException, InterruptedException {
    Instant limit = Instant.now().plusSeconds(60);
    while (true) {
      String[] line = {"bash", "-c", script(step.command)};
      Command command = step.command.contains("sudo ") ? rig.root(line) : rig.user(line);
      if (!LOOKS.matcher(step.command).find()
          || step.matches(command.output())
          || Instant.now().isAfter(limit)) {
        return command.ok();
      }
    }
  }

  private static void inTheBackground(Rig rig, Step step) throws IOException, InterruptedException {
    String command = step.command.substring(0, step.command.length() - 1);
    rig.user(
            "systemd-run",
            "--user",
            "--quiet",
            "--collect",
            "--unit=" + JOB,
            "bash",
            "-c",
            "cd /rig/checkout; exec " + command)
        .ok();
    await()
        .until(() -> {
          String journal = rig.journal(JOB);
          return step.answer.stream().allMatch(journal::contains);
        });
  }

  /** The image is built offline, of bases that rig/images made and gave the public names. */
  private static String script(String command) {
    return """
    export PATH=/opt/fdgate/bin:$PATH
    sudo() { "$@"; }
    podman() {
        if [ "$1" = build ]; then
            shift
            command podman build --pull=never --network=none "$@"
        else
            command podman "$@"
        fi
    }
    cd /rig/checkout
    """
        + command;
  }
}
