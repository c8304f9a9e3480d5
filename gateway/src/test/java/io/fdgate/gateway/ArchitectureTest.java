package io.fdgate.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.Marker;

/** The arrows between packages: gateway to protocols to Netty, and never back. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.fdgate");

  @Test
  void protocolsAndLoadKnowNothingOfTheGateway() {
    noClasses()
        .that()
        .resideInAnyPackage("io.fdgate.protocol..", "io.fdgate.load")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fdgate.gateway..")
        .check(CLASSES);
  }

  @Test
  void gatewayKnowsNoProtocolByName() {
    noClasses()
        .that()
        .resideInAPackage("io.fdgate.gateway..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.fdgate.protocol.*..")
        .check(CLASSES);
  }

  @Test
  void onlyItsCommandLoadsTheLoadTester() {
    onlyIn("io.fdgate.load", "io.fdgate.gateway.cli", "io.fdgate.load");
  }

  @Test
  void onlySystemCallsAreForeign() {
    onlyIn("java.lang.foreign..", "io.fdgate.libc");
  }

  /** The clock may jump: it is for what people read, and nothing waits by it. */
  @Test
  void timeThatPassesIsNotReadFromTheClock() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.fdgate.gateway.log",
            "io.fdgate.load",
            "io.fdgate.protocol.http",
            "io.fdgate.protocol.status",
            "io.fdgate.protocol.line.command")
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(Instant.class, "now")
        .check(CLASSES);
  }

  @Test
  void librariesStayInThePackageThatTheyAreFor() {
    onlyIn("picocli..", "io.fdgate.gateway.cli");
    onlyIn("com.electronwill..", "io.fdgate.gateway.config");
    onlyIn("ch.qos.logback..", "io.fdgate.gateway.log");
    onlyIn("org.HdrHistogram..", "io.fdgate.load");
    onlyIn("com.google.gson..", "io.fdgate.load");
    onlyIn("io.netty.handler.codec.haproxy..", "io.fdgate.gateway.proxy");
  }

  @Test
  void activationDoesNotKnowWhatIsDoneWithTheSockets() {
    noClasses()
        .that()
        .resideInAPackage("io.fdgate.gateway.activation")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.fdgate.gateway.listener", "io.fdgate.gateway.config", "io.fdgate.gateway.cli")
        .check(CLASSES);
  }

  @Test
  void everyLogLineSaysWhichEventItIs() {
    noClasses()
        .that()
        .resideInAPackage("io.fdgate..")
        .should()
        .callMethodWhere(logsWithoutEvent())
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaMethodCall> logsWithoutEvent() {
    return DescribedPredicate.describe(
        "log without a LogEvent",
        call ->
            call.getTargetOwner().isEquivalentTo(Logger.class)
                && List.of("trace", "debug", "info", "warn", "error").contains(call.getName())
                && !call.getTarget()
                    .getRawParameterTypes()
                    .getFirst()
                    .isEquivalentTo(Marker.class));
  }

  private static void onlyIn(String library, String... packages) {
    classes()
        .that()
        .resideInAPackage("io.fdgate..")
        .and()
        .resideOutsideOfPackages(packages)
        .should()
        .onlyDependOnClassesThat()
        .resideOutsideOfPackage(library)
        .check(CLASSES);
  }
}
