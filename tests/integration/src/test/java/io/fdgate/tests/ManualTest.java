package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What fdgate writes of itself: the reference, the manual pages, the completions. */
final class ManualTest {
  private static final Path SHARE = Distribution.HOME.resolve("share");
  private static final Path CHECKOUT = Distribution.HOME.resolve("../../..").normalize();

  @Test
  void referenceInDocsIsTheOneThatTheChecksAreMadeOf() throws Exception {
    Distribution.Ended made = Distribution.run("generate", "configuration.md");
    assertThat(Files.readString(CHECKOUT.resolve("docs/configuration.md")).strip())
        .as(
            "docs/configuration.md is not what the settings say; write it anew with: bin/fdgate"
                + " generate configuration.md > docs/configuration.md")
        .isEqualTo(made.out().strip());
  }

  @ParameterizedTest
  @ValueSource(strings = {"man/man1/fdgate.1", "man/man5/fdgate.toml.5"})
  void manualPagesAreReadWithoutAWarning(String page) throws Exception {
    Distribution.Ended read =
        Distribution.run(
            new ProcessBuilder(
                "man",
                "--warnings",
                "-E",
                "UTF-8",
                "-l",
                "-Tutf8",
                SHARE.resolve(page).toString()));
    assertThat(read.err()).isEmpty();
    assertThat(read.status()).isZero();
    assertThat(read.out()).startsWith("FDGATE");
  }

  @Test
  void bashCompletesCommandsAndOptions() throws Exception {
    String script =
        """
        compopt() { :; }
        source "$1"
        complete_line() {
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
            _complete_fdgate
            echo "${COMPREPLY[@]}"
        }
        complete_line fdgate so
        complete_line fdgate load --fa
        """;
    Distribution.Ended ended =
        Distribution.run(
            new ProcessBuilder(
                "bash",
                "-c",
                script,
                "bash",
                SHARE.resolve("bash-completion/completions/fdgate").toString()));
    assertThat(ended.err()).isEmpty();
    assertThat(ended.out().lines().map(String::strip)).containsExactly("sockets", "--fail-if");
  }

  @Test
  void zshCompletesCommandsAndOptions() throws Exception {
    String script =
        """
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "fpath=($1 \\$fpath); autoload -Uz compinit; compinit -u -D"
        zpty -w shell "fdgate() { echo RAN \\"\\$@\\"; }"
        zpty -w -n shell $'fdgate sock\\t; fdgate load --fail-\\t x\\n'
        zpty -w shell exit
        while zpty -r shell line; do print -r -- "$line"; done
        """;
    Distribution.Ended ended =
        Distribution.run(
            new ProcessBuilder(
                "zsh", "-f", "-c", script, "zsh", SHARE.resolve("zsh/site-functions").toString()));
    assertThat(ended.out())
        .contains("RAN sockets", "RAN load --fail-if x")
        .doesNotContain("not found");
  }
}
