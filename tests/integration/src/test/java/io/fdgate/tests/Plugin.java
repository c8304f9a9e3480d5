package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Distributions with a protocol in lib/ that its author compiled. */
final class Plugin {
  private Plugin() {}

  /** A copy of the distribution below a folder, with one more protocol. */
  static Path distribution(Path folder, String name, String source) throws IOException {
    Path home = folder.resolve("fdgate");
    copy(Distribution.HOME, home);
    addJar(folder, home.resolve("lib/" + name + ".jar"), name, source);
    return home;
  }

  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        Files.copy(path, to.resolve(from.relativize(path).toString()));
      }
    }
  }

  /** Compiles a protocol against the distribution alone, as its author would. */
  private static void addJar(Path folder, Path file, String name, String source)
      throws IOException {
    Path java = Files.writeString(folder.resolve(name + ".java"), source);
    Path classes = Files.createDirectory(folder.resolve("classes"));
    String classpath;
    try (Stream<Path> jars = Files.list(Distribution.HOME.resolve("lib"))) {
      classpath = String.join(":", jars.map(Path::toString).toList());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int status =
        compiler.run(null, null, null, "-d", classes.toString(), "-cp", classpath, java.toString());
    assertThat(status).isZero();
    try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(file));
        Stream<Path> compiled = Files.list(classes)) {
      for (Path each : (Iterable<Path>) compiled::iterator) {
        jar.putNextEntry(new JarEntry(each.getFileName().toString()));
        Files.copy(each, jar);
      }
      service(jar, name);
    }
  }

  static void service(JarOutputStream jar, String provider) throws IOException {
    jar.putNextEntry(new JarEntry("META-INF/services/io.fdgate.protocol.Protocol"));
    jar.write(provider.getBytes(UTF_8));
  }
}
