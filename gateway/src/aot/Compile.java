import java.io.IOException;
import java.nio.file.Path;

/**
 * Compiles the library of the one native function. What is built where there is no C compiler is
 * whole, but starts more slowly.
 */
final class Compile {
  private Compile() {}

  static void library(Path source, Path to) throws InterruptedException {
    Path include = Path.of(System.getProperty("java.home"), "include");
    ProcessBuilder cc =
        new ProcessBuilder(
            "cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-s",
            "-I" + include, "-I" + include.resolve("linux"), "-o", to.toString(), source.toString());
    try {
      if (cc.inheritIO().start().waitFor() == 0) {
        return;
      }
    } catch (IOException noCompiler) {
      System.err.println(noCompiler.getMessage());
    }
    System.err.println(
        "fdgate: no C compiler with the C library's headers (gcc and libc6-dev): this build calls the"
            + " kernel by Java's foreign function interface, and starts more slowly");
  }
}
