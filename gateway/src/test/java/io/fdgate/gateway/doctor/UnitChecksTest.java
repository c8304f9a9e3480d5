package io.fdgate.gateway.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each check with a unit that has the fault and one that has not. */
final class UnitChecksTest {
  private static final String SOCKET =
      "[Socket]\nListenStream=127.0.0.1:3000\nFileDescriptorName=echo\n";
  private static final String SERVICE = "[Service]\nExecStart=/opt/fdgate/bin/fdgate\n";
  private static final String PODMAN =
      "[Service]\nType=notify\nExecStart=/usr/bin/podman run --rm --sdnotify=container image\n";

  @TempDir private Path folder;
  private String crun = "crun version 1.16";
  private Duration idleExit = Duration.ZERO;
  private boolean keeps;

  @Test
  void goodUnitsHaveNothing() throws IOException {
    write("a.socket", SOCKET);
    write("a.service", SERVICE);
    assertThat(check("a.service")).isEmpty();
    assertThat(check("a.socket")).isEmpty();
    write("a.service", PODMAN + "RestrictAddressFamilies=AF_UNIX AF_NETLINK\n");
    assertThat(check("a.service", "a.socket")).isEmpty();
  }

  @Test
  void shippedUnitsHaveNothing() throws IOException {
    Path units = Path.of("../systemd/system").toAbsolutePath();
    try (Stream<Path> files = Files.list(units)) {
      assertThat(UnitChecks.of(files.filter(Files::isRegularFile).sorted().toList(), known()))
          .isEmpty();
    }
  }

  @Test
  void bindToIsNoSetting() throws IOException {
    write("a.service", "[Unit]\nBindTo=b.service\n" + SERVICE);
    assertThat(check("a.service"))
        .singleElement()
        .asString()
        .contains("a.service:2: BindTo=b.service: ")
        .contains("write BindsTo=");
    write("a.service", "[Unit]\nBindsTo=b.service\n" + SERVICE);
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void socketNeedsItsService() throws IOException {
    write("a.socket", SOCKET);
    assertThat(check("a.socket"))
        .singleElement()
        .asString()
        .contains("a.socket: it starts a.service, which is not there; name the service so, or set");
    write("a.socket", SOCKET + "Service=other.service\n");
    assertThat(check("a.socket"))
        .singleElement()
        .asString()
        .contains("other.service, which is not there; correct Service=");
    write("other.service", SERVICE);
    assertThat(check("a.socket")).isEmpty();
  }

  @Test
  void acceptingSocketNeedsATemplate() throws IOException {
    write("a.socket", SOCKET + "Accept=yes\n");
    write("a.service", SERVICE);
    assertThat(check("a.socket")).singleElement().asString().contains("it starts a@.service");
    write("a@.service", SERVICE);
    assertThat(check("a.socket")).isEmpty();
  }

  @Test
  void nonBlockingDoesNotReachThroughPodman() throws IOException {
    write("a.service", PODMAN + "NonBlocking=yes\n");
    assertThat(check("a.service"))
        .singleElement()
        .asString()
        .contains("a.service:4: NonBlocking=yes: it does not reach through Podman");
    write("a.service", SERVICE + "NonBlocking=yes\n");
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void initTakesListenPid() throws IOException {
    write("a.service", PODMAN.replace("--rm", "--init"));
    assertThat(check("a.service")).singleElement().asString().contains("LISTEN_PID");
    write("a.service", PODMAN.replace("--rm ", "\\\n  --init=true \\\n  --rm "));
    assertThat(check("a.service")).singleElement().asString().contains("a.service:3: ExecStart=");
    write("a.container", "[Container]\nImage=i\nRunInit=true\n");
    assertThat(check("a.container")).singleElement().asString().contains("RunInit=true");
    write("a.container", "[Container]\nImage=i\nRunInit=false\n");
    assertThat(check("a.container")).isEmpty();
  }

  @Test
  void idleExitMeetsTheStartLimit() throws IOException {
    write("a.service", SERVICE);
    assertThat(check("a.service")).isEmpty();
    idleExit = Duration.ofSeconds(1);
    assertThat(check("a.service"))
        .singleElement()
        .asString()
        .contains("after more than 5 in 10s")
        .contains("StartLimitIntervalSec=0");
    write("a.service", "[Unit]\nStartLimitIntervalSec=0\n" + SERVICE);
    assertThat(check("a.service")).isEmpty();
    write("a.service", "[Unit]\nStartLimitBurst=0\n" + SERVICE);
    assertThat(check("a.service")).isEmpty();
    idleExit = Duration.ofMinutes(2);
    write("a.service", SERVICE);
    assertThat(check("a.service")).isEmpty();
    write("a.service", "[Unit]\nStartLimitIntervalSec=1h\n" + SERVICE);
    assertThat(check("a.service")).singleElement().asString().contains("after more than 5 in 1h");
  }

  @Test
  void socketsOfSeveralUnitsNeedNames() throws IOException {
    write("echo.socket", "[Socket]\nListenStream=3000\nService=a.service\n");
    write("http.socket", "[Socket]\nListenStream=3080\nFileDescriptorName=http\n");
    write("a.service", SERVICE + "Sockets=echo.socket http.socket\n");
    write("http.service", SERVICE);
    assertThat(check("a.service"))
        .singleElement()
        .asString()
        .contains("sockets of 2 units")
        .contains("echo.socket has no FileDescriptorName=");
    Files.createDirectory(folder.resolve("echo.socket.d"));
    write("echo.socket.d/name.conf", "[Socket]\nFileDescriptorName=echo\n");
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void nameMustChooseAProtocol() throws IOException {
    write("a.service", SERVICE);
    write("a.socket", SOCKET.replace("=echo", "=ecko"));
    assertThat(check("a.socket"))
        .singleElement()
        .asString()
        .contains("a.socket:3: its sockets are named \"ecko\", which chooses no protocol");
    write("a.socket", "[Socket]\nListenStream=3000\n");
    assertThat(check("a.socket"))
        .singleElement()
        .asString()
        .contains("named \"a.socket\"")
        .contains("set FileDescriptorName=");
  }

  @ParameterizedTest
  @ValueSource(ints = {17, 20, 22})
  void crunOfThoseVersionsFailsUnderRestrictions(int minor) throws IOException {
    crun = "crun version 1." + minor + "\ncommit: x";
    write("a.service", PODMAN + "RestrictAddressFamilies=AF_UNIX AF_NETLINK\n");
    assertThat(check("a.service")).singleElement().asString().contains("crun 1." + minor);
    write(
        "a.service",
        PODMAN.replace("--rm", "--runtime=/usr/bin/runc")
            + "RestrictAddressFamilies=AF_UNIX AF_NETLINK\n");
    assertThat(check("a.service")).isEmpty();
    write("a.service", PODMAN);
    assertThat(check("a.service")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun version 1.16", "crun version 1.23.1", ""})
  void otherVersionsOfCrunDoNot(String version) throws IOException {
    crun = version;
    write("a.service", PODMAN + "RestrictAddressFamilies=AF_UNIX AF_NETLINK\n");
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void shellMustExec() throws IOException {
    write("a.service", "[Service]\nExecStart=/bin/sh -c 'fdgate --config x'\n");
    assertThat(check("a.service")).singleElement().asString().contains("put exec before");
    write("a.service", "[Service]\nExecStart=/bin/sh -c 'exec fdgate --config x'\n");
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void hardeningMayGoTooFar() throws IOException {
    write(
        "a.service",
        SERVICE + "MemoryDenyWriteExecute=yes\nRestrictAddressFamilies=AF_INET AF_INET6\n");
    assertThat(check("a.service"))
        .extracting(Finding::message)
        .satisfiesExactly(
            each -> assertThat(each).contains("JVM compiles"),
            each -> assertThat(each).contains("AF_UNIX"));
  }

  @Test
  void readinessMustComeFromTheContainer() throws IOException {
    write("a.service", PODMAN.replace("--sdnotify=container ", ""));
    assertThat(check("a.service")).singleElement().asString().contains("--sdnotify=container");
  }

  @Test
  void emptyValueForgetsThoseBefore() throws IOException {
    write("a.service", SERVICE + "MemoryDenyWriteExecute=yes\nMemoryDenyWriteExecute=\n");
    assertThat(check("a.service")).isEmpty();
  }

  @Test
  void keptConnectionsNeedAPlaceInTheDescriptorStore() throws IOException {
    keeps = true;
    write("a.service", SERVICE);
    assertThat(check("a.service"))
        .singleElement()
        .asString()
        .contains("FileDescriptorStoreMax=; set it in [Service]");
    write("a.service", SERVICE + "FileDescriptorStoreMax=0\n");
    assertThat(check("a.service")).singleElement().asString().contains("a.service:3: ");
    write("a.service", SERVICE + "FileDescriptorStoreMax=512\n");
    assertThat(check("a.service")).isEmpty();
    write("a.service", PODMAN + "FileDescriptorStoreMax=512\n");
    assertThat(check("a.service")).singleElement().asString().contains("Podman passes no");
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name), text);
  }

  private List<Finding> check(String... names) throws IOException {
    return UnitChecks.of(Arrays.stream(names).map(folder::resolve).toList(), known());
  }

  private UnitChecks.Known known() {
    Set<String> names = Set.of("echo", "echo.socket", "http", "line", "metrics", "status");
    return new UnitChecks.Known(names::contains, idleExit, keeps, () -> crun);
  }
}
