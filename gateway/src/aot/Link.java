import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.attribute.ModuleAttribute;
import java.lang.classfile.attribute.ModuleAttribute.ModuleAttributeBuilder;
import java.lang.classfile.attribute.ModuleMainClassAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ModuleDesc;
import java.lang.constant.PackageDesc;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import java.util.zip.ZipFile;

/**
 * Links the Java runtime of a distribution: the modules that fdgate needs of the JDK that runs this,
 * and all jars of {@code lib/} as one module more. The options in {@code lib/java.options} become the
 * runtime's defaults.
 *
 * <p>A few classes of Netty are changed on the way: {@link NettyStart}.
 *
 * <p>One module, because class archives of modules survive a copy of the distribution, and those of
 * jars do not; open and all of it exported, as it would be on a class path, to which jars that are
 * dropped into {@code lib/} still belong.
 */
final class Link {
  private static final String MODULE = "io.fdgate";
  private static final String MAIN = "io.fdgate.gateway.Main";
  private static final String SERVICES = "META-INF/services/";

  /** What a plugin may expect; jdk.unsupported has Unsafe and Signal. */
  private static final List<String> REQUIRED =
      List.of(
          "java.base",
          "java.instrument",
          "java.logging",
          "java.management",
          "java.naming",
          "java.net.http",
          "java.sql",
          "java.xml",
          "jdk.jfr",
          "jdk.management",
          "jdk.net",
          "jdk.unsupported");

  private final TreeMap<String, JarFile> entries = new TreeMap<>();
  private final TreeMap<String, TreeSet<String>> providers = new TreeMap<>();

  private final Path home;

  /** For the distribution in a folder. */
  Link(Path home) {
    this.home = home;
  }

  /**
   * Makes {@code runtime/}.
   *
   * @param lambdaForms what a JVM printed that was told to trace their resolution
   */
  void link(String version, Path lambdaForms) throws IOException {
    Path jar = home.resolveSibling("fdgate-module.jar");
    merge(home.resolve("lib"), jar, version);
    Path runtime = home.resolve("runtime");
    ToolProvider jlink = ToolProvider.findFirst("jlink").orElseThrow();
    List<String> options = new ArrayList<>(Files.readAllLines(home.resolve("lib/java.options")));
    options.add("--enable-native-access=" + MODULE + ",ALL-UNNAMED");
    int status =
        jlink.run(
            System.out,
            System.err,
            "--module-path",
            jar.toString(),
            "--add-modules",
            MODULE,
            "--add-options",
            String.join(" ", options),
            "--generate-jli-classes=@" + lambdaForms,
            "--no-header-files",
            "--no-man-pages",
            "--output",
            runtime.toString());
    if (status != 0) {
      throw new IOException("jlink: " + status);
    }
    Files.writeString(
        runtime.resolve("loader"),
        "loader=" + loader(runtime.resolve("bin/java")) + "\nmachine=" + machine() + "\n");
    // Where System.loadLibrary looks first, and without a property.
    try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
      for (Path library :
          (Iterable<Path>) libraries.filter(path -> path.toString().endsWith(".so"))::iterator) {
        Files.copy(
            library,
            runtime.resolve("lib").resolve(library.getFileName()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  /** The dynamic loader that a program asks for: its PT_INTERP (elf(5)). */
  private static String loader(Path program) throws IOException {
    ByteBuffer elf = ByteBuffer.wrap(Files.readAllBytes(program)).order(ByteOrder.LITTLE_ENDIAN);
    long header = elf.getLong(32);
    for (int i = 0; i < elf.getShort(56); i++, header += elf.getShort(54)) {
      int at = Math.toIntExact(header);
      if (elf.getInt(at) == 3) {
        byte[] name = new byte[Math.toIntExact(elf.getLong(at + 32)) - 1];
        elf.get(Math.toIntExact(elf.getLong(at + 8)), name);
        return new String(name, StandardCharsets.US_ASCII);
      }
    }
    throw new IOException(program + " has no PT_INTERP");
  }

  /** What uname(2) calls the machine. */
  private static String machine() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  private void merge(Path lib, Path to, String version) throws IOException {
    List<JarFile> jars = new ArrayList<>();
    try (Stream<Path> files = Files.list(lib);
        OutputStream file = Files.newOutputStream(to);
        JarOutputStream out = new JarOutputStream(file)) {
      for (Path path :
          (Iterable<Path>)
              files.filter(each -> each.toString().endsWith(".jar")).sorted()::iterator) {
        JarFile jar = new JarFile(path.toFile(), false, ZipFile.OPEN_READ, Runtime.version());
        jars.add(jar);
        take(jar);
      }
      out.putNextEntry(new JarEntry("module-info.class"));
      out.write(descriptor(version));
      NettyStart netty = new NettyStart(this::open);
      for (String name : entries.keySet()) {
        out.putNextEntry(new JarEntry(name));
        try (InputStream in = open(name)) {
          out.write(netty.change(name, in.readAllBytes()));
        }
      }
      netty.verify();
    } finally {
      for (JarFile jar : jars) {
        jar.close();
      }
    }
  }

  /** The content of an entry, or null if there is none. */
  private InputStream open(String name) {
    JarFile jar = entries.get(name);
    try {
      return jar == null ? null : jar.getInputStream(jar.getEntry(name));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void take(JarFile jar) throws IOException {
    for (JarEntry entry : (Iterable<JarEntry>) jar.versionedStream()::iterator) {
      String name = entry.getName();
      if (name.startsWith(SERVICES) && !entry.isDirectory()) {
        TreeSet<String> classes =
            providers.computeIfAbsent(
                name.substring(SERVICES.length()), _ -> new TreeSet<>());
        byte[] bytes = jar.getInputStream(entry).readAllBytes();
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
          String provider = line.replaceFirst("#.*", "").strip();
          if (!provider.isEmpty()) {
            classes.add(provider);
          }
        }
      } else if (!entry.isDirectory()
          && !name.endsWith("module-info.class")
          && !name.startsWith("META-INF/native-image/")
          && !name.equals(JarFile.MANIFEST_NAME)) {
        JarFile other = entries.putIfAbsent(name, jar);
        if (other != null && name.endsWith(".class")) {
          throw new IOException(name + " is in " + other.getName() + " and in " + jar.getName());
        }
      }
    }
  }

  /** An open module that exports all, and uses and provides what the jars' services say. */
  private byte[] descriptor(String version) {
    TreeSet<String> packages = new TreeSet<>();
    for (String name : entries.keySet()) {
      if (name.endsWith(".class")) {
        packages.add(name.substring(0, name.lastIndexOf('/')).replace('/', '.'));
      }
    }
    ModuleAttribute module =
        ModuleAttribute.of(
            ModuleDesc.of(MODULE),
            builder -> {
              builder.moduleVersion(version).moduleFlags(ClassFile.ACC_OPEN);
              REQUIRED.forEach(
                  required ->
                      builder.requires(
                          ModuleDesc.of(required),
                          required.equals("java.base") ? ClassFile.ACC_MANDATED : 0,
                          null));
              packages.forEach(each -> builder.exports(PackageDesc.of(each), 0));
              providers.forEach((service, classes) -> services(builder, service, classes));
            });
    return ClassFile.of()
        .buildModule(
            module, builder -> builder.with(ModuleMainClassAttribute.of(ClassDesc.of(MAIN))));
  }

  /** Those of libraries that we do not have are left out. */
  private void services(ModuleAttributeBuilder builder, String service, TreeSet<String> classes) {
    if (entries.containsKey(service.replace('.', '/') + ".class")) {
      builder.uses(ClassDesc.of(service));
      builder.provides(
          ClassDesc.of(service), classes.stream().map(ClassDesc::of).toArray(ClassDesc[]::new));
    }
  }
}
