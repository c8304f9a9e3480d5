package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.FutureTask;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What bin/release makes of this build, in a guest that has no fdgate. */
final class ReleaseTest {
  private static final String RELEASE = Rig.CHECKOUT.resolve("bin/release").toString();
  private static final Path FOLDER = Rig.CHECKOUT.resolve("target/release");
  private static final Path NEWER_FOLDER = Rig.CHECKOUT.resolve("target/newer/target/release");
  private static final String VERSION = System.getProperty("fdgate.version", "");
  private static final String UNPACK =
      "mkdir /root/unpacked; tar -x -C /root/unpacked --strip-components=1"
          + " -f /rig/checkout/target/release/fdgate-*.tar.gz; ";
  private static final Pattern PURL =
      Pattern.compile(
          "\"purl\": \"pkg:maven/[^/]+/([^@]+)@([^?]+)\\?(?:classifier=linux-(\\w+)&)?");

  /**
   * Where a package or systemd could leave something, without what dpkg records of its work. The
   * folder /opt itself is nobody's, and dpkg removes it when it is empty.
   */
  private static final String FILES =
      "find /etc /opt/* /usr /var /run/fdgate* -xdev -path /var/log -prune"
          + " -o -path '/var/lib/dpkg/*-old' -o -print 2>&1 | sort";

  /** A version that no pom has. */
  private static final String NEWER = "9999.0.0-rc.1";

  private static final String DEB_NEWER = "9999.0.0~rc.1";

  /** What it is made of: the checkout as it is but for a line of the configuration. */
  private static final String COPY_SOURCES =
      """
      rm -rf target/newer; mkdir -p target/newer
      git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C target/newer
      cd target/newer; echo '# new in 9999' >>conf/fdgate.toml
      git init -q; git add .
      git -c user.name=Tester -c user.email=tester@example.org commit -q -m 'a newer version'
      """;

  /** Made while the other one is tested. */
  private static final FutureTask<String> newer =
      new FutureTask<>(() -> sh(Rig.CHECKOUT, COPY_SOURCES + "bin/release " + NEWER));

  private static Rig rig;

  @BeforeAll
  static void release() throws Exception {
    Thread.ofPlatform().start(newer);
    assertThat(Command.run("", List.of(RELEASE, VERSION)).ok())
        .contains("fdgate " + VERSION + " is in " + FOLDER);
    rig = Rig.boot("rig-release");
  }

  @AfterAll
  static void end() throws Exception {
    rig.close();
    assertThat(newer.get()).contains("fdgate " + NEWER + " is in " + NEWER_FOLDER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "1.0", "v1.0.0", "1.0.0-", "1.0.0 ", "1.0.0\n1.0.0"})
  void refusesWhatIsNoVersion(String version) throws Exception {
    Command refused = Command.run("", List.of(RELEASE, version));
    assertThat(refused.status()).isEqualTo(2);
    assertThat(refused.output())
        .startsWith("bin/release: \"" + version + "\" is no version (expected: ");
  }

  @Test
  void everyFileHasItsChecksum() throws Exception {
    assertFiles(FOLDER, VERSION);
    newer.get();
    assertFiles(NEWER_FOLDER, NEWER);
  }

  private static void assertFiles(Path folder, String version) throws Exception {
    String checked = sh(folder, "sha256sum --check --strict SHA256SUMS");
    String tarball = "fdgate-" + version + "-linux-" + sh(folder, "uname -m").strip() + ".tar.gz";
    String deb =
        "fdgate_"
            + version.replaceFirst("-", "~")
            + ("_" + sh(folder, "dpkg --print-architecture").strip() + ".deb");
    String bill = "fdgate-" + version + ".cdx.json";
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(tarball, deb, bill, "SHA256SUMS");
    }
    assertThat(checked.lines())
        .containsExactlyInAnyOrder(tarball + ": OK", deb + ": OK", bill + ": OK");
  }

  @Test
  void theBillOfMaterialsNamesWhatTheTarballHolds() throws Exception {
    try {
      TreeSet<String> shipped = new TreeSet<>();
      sh(UNPACK + "ls /root/unpacked/lib")
          .lines()
          .filter(name -> name.endsWith(".jar") || name.endsWith(".so"))
          .forEach(shipped::add);
      String bill = Files.readString(FOLDER.resolve("fdgate-" + VERSION + ".cdx.json"));
      TreeSet<String> named = new TreeSet<>();
      PURL.matcher(bill)
          .results()
          .map(match ->
              match.group(3) == null
                  ? match.group(1) + "-" + match.group(2) + ".jar"
                  : "lib" + match.group(1).replace('-', '_') + "_" + match.group(3) + ".so")
          .forEach(named::add);
      named.add("libfdgate.so"); // a part of fdgate itself
      assertThat(named).isEqualTo(shipped).hasSizeGreaterThan(20);
      assertThat(bill).contains("\"bomFormat\": \"CycloneDX\"");
      String java = sh("/root/unpacked/runtime/bin/java -version");
      assertThat(java).contains("(build " + javaVersion(bill));
    } finally {
      sh("rm -r /root/unpacked");
    }
  }

  private static String javaVersion(String bill) {
    var version =
        Pattern.compile("\"name\": \"OpenJDK\",\\s+\"version\": \"([^\"]+)\"").matcher(bill);
    assertThat(version.find()).as(bill).isTrue();
    return version.group(1);
  }

  @Test
  void theTarballServesWhereItIsUnpacked() throws Exception {
    try {
      assertThat(sh(UNPACK + "/root/unpacked/bin/fdgate --version"))
          .isEqualTo("fdgate " + VERSION + "\n");
      sh(
          "systemd-run --quiet --collect --unit=test-tarball systemd-socket-activate -l 127.0.0.1:3999"
              + " --fdname=echo /root/unpacked/bin/fdgate");
      assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3999,retry=100,interval=0.1"))
          .isEqualTo("hello\n");
      assertThat(sh("cat /proc/$(systemctl show --property=MainPID --value test-tarball)/maps"))
          .contains("/classes.jsa");
    } finally {
      sh("systemctl stop test-tarball; rm -r /root/unpacked");
    }
  }

  @Test
  void thePackageInstallsServesUpgradesAndLeaves() throws Exception {
    String before = sh(FILES);
    sh("dpkg --install /rig/checkout/target/release/fdgate_*.deb");
    opensNothingUnasked();
    isWhereTheSystemLooks();
    serves();
    newer.get();
    anEditedConfigurationSurvivesAnUpgrade();

    sh("dpkg --remove fdgate");
    assertThat(sh("ss -Hlntux; find /run /etc/systemd /usr/lib/systemd -name '*fdgate*'"))
        .doesNotContain("fdgate", ":3000", ":3070", ":3080", ":3081", ":9400");
    assertThat(sh("cat /etc/fdgate/fdgate.toml")).contains("default_protocol = \"line\"");
    assertThat(sh("systemctl list-units --all --no-legend 'fdgate*'")).isEmpty();
    sh("dpkg --purge fdgate");
    assertThat(sh(FILES).lines()).containsExactlyElementsOf(before.lines().toList());
  }

  private static void opensNothingUnasked() throws Exception {
    assertThat(sh("systemctl list-units --all --no-legend 'fdgate*'")).isEmpty();
    assertThat(sh("systemctl list-unit-files --no-legend 'fdgate*.socket'"))
        .contains("fdgate-echo.socket", "disabled")
        .doesNotContain(" enabled disabled", " enabled enabled");
  }

  private static void isWhereTheSystemLooks() throws Exception {
    assertThat(sh("fdgate --version")).isEqualTo("fdgate " + VERSION + "\n");
    assertThat(sh("zcat /usr/share/man/man1/fdgate.1.gz /usr/share/man/man5/fdgate.toml.5.gz"))
        .contains(".TH \"FDGATE\" \"1\"", ".TH \"FDGATE.TOML\" \"5\"");
    sh("test -s /usr/share/bash-completion/completions/fdgate");
    sh("test -s /usr/share/zsh/vendor-completions/_fdgate");
    assertThat(sh("dpkg --verify fdgate")).isEmpty();
    sh("fdgate check /etc/fdgate/fdgate.toml");
    assertThat(
            rig.root("systemd-analyze", "--man=no", "verify", "fdgate.service", "fdgate@1.service")
                .ok())
        .isEmpty();
  }

  private static void serves() throws Exception {
    sh(
        "systemctl enable --now fdgate-echo.socket fdgate-http.socket fdgate-line.socket"
            + " fdgate-metrics.socket fdgate-status.socket; systemctl enable --now fdgate@7.socket");
    for (String address :
        List.of("tcp4:127.0.0.1:3000", "udp6:[::1]:3000", "unix-connect:/run/fdgate/echo.sock")) {
      assertThat(rig.exchange("hello\n", address)).as(address).isEqualTo("hello\n");
    }
    assertThat(rig.exchange("PING\n", "tcp4:127.0.0.1:3070")).isEqualTo("OK PONG\n");
    assertThat(rig.curl("http://127.0.0.1:3080/healthz")).startsWith("ok");
    assertThat(rig.curl("http://127.0.0.1:3081/healthz")).startsWith("ok");
    assertThat(rig.curl("http://127.0.0.1:9400/metrics")).contains("fdgate_connections_total{");
    assertThat(rig.curl("--unix-socket", "/run/fdgate/status.sock", "http://fdgate/"))
        .contains("127.0.0.1:3000");
  }

  private static void anEditedConfigurationSurvivesAnUpgrade() throws Exception {
    sh("sed -i 's/^# default_protocol = .*/default_protocol = \"line\"/' /etc/fdgate/fdgate.toml");
    String before = pid();
    sh(
        "dpkg --force-confdef --force-confold --install /rig/checkout/target/newer/target/release/*.deb");
    assertThat(sh("cat /etc/fdgate/fdgate.toml"))
        .contains("default_protocol = \"line\"")
        .doesNotContain("new in 9999");
    assertThat(sh("cat /etc/fdgate/fdgate.toml.dpkg-dist")).contains("new in 9999");
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3000")).isEqualTo("hello\n");
    assertThat(pid()).isNotEqualTo(before).isNotEqualTo("MainPID=0\n");
    saysThatItIsNewer();
  }

  private static void saysThatItIsNewer() throws Exception {
    assertThat(sh("fdgate --version; ls /opt/fdgate/lib"))
        .startsWith("fdgate " + NEWER + "\n")
        .contains("fdgate-gateway-" + NEWER + ".jar\n")
        .doesNotContain(VERSION);
    assertThat(sh("dpkg-query --show --showformat='${Version}\n' fdgate"))
        .isEqualTo(DEB_NEWER + "\n");
    assertThat(sh("zcat /usr/share/doc/fdgate/changelog.gz"))
        .startsWith("fdgate (" + DEB_NEWER + ") ");
    assertThat(Files.readString(NEWER_FOLDER.resolve("fdgate-" + NEWER + ".cdx.json")))
        .contains("/fdgate-gateway@" + NEWER + "?")
        .doesNotContain(VERSION);
  }

  private static String pid() throws Exception {
    return sh("systemctl show --property=MainPID fdgate.service");
  }

  private static String sh(String script) throws Exception {
    return rig.root("sh", "-euc", script).ok();
  }

  /** On this side, in a folder. */
  private static String sh(Path folder, String script) throws Exception {
    return Command.run("", List.of("sh", "-euc", "cd \"$0\"\n" + script, folder.toString())).ok();
  }
}
