import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.Channels;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Makes the runtime of a distribution and its archives of classes. Those that a first answer needs
 * are in one that lies where the runtime looks by itself; the JVM links all of it before main (JEP
 * 483), at some microseconds a class. Those that come later are in one more, which the launcher
 * names (JEP 350); of it a class is loaded when it is needed.
 *
 * <p>To know them it starts fdgate as systemd would, with inherited sockets for every protocol,
 * asks each once, and stops it; some times over: for the lambda forms, which jlink makes
 * beforehand; without and with an archive, as only a JVM that runs from one tells of the classes
 * that come with it; until the first answers; for the second archive; and to make sure that a start
 * uses both. Before all that it has the one native function compiled. The build runs it as {@code java
 * Train.java DISTRIBUTION VERSION fdgate.c}.
 */
public final class Train {
  private static final int TIMEOUT_MILLIS = 60_000;
  private static final int MOST_OUTSIDE = 20;
  private static final String OUTPUT = "fdgate.log";

  private static final String LATER = "runtime/lib/server/later.jsa";

  /**
   * What a client sends that knows HTTP/2 beforehand (RFC 9113, sections 3.4 and 4.1): the preface,
   * SETTINGS, WINDOW_UPDATE, HEADERS that end the only stream, with fields of HPACK's table but for
   * the last, and the acknowledgement of SETTINGS.
   */
  private static final String HTTP2 =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
          + "\0\0\0\4\0\0\0\0\0"
          + "\0\0\4\10\0\0\0\0\0\0\1\0\0"
          + "\0\0\16\1\5\0\0\0\1"
          + "\202\206\204A\11localhost"
          + "\0\0\0\4\1\0\0\0\0";

  /** The sockets whose first answers are to come soon. */
  private static final List<String> FIRST =
      List.of("echo", "unix echo", "udp echo", "http", "web", "large", "line", "udp line", "forward");

  private static final Map<String, String> REQUESTS =
      Map.of(
          "http", get("/"),
          "web", get("/index.html"),
          "large", get("/large"),
          "folder", kept("/none") + kept("/folder") + get("/folder/"),
          "http2", HTTP2,
          "metrics", get("/metrics"),
          "status", get("/status"));

  private static final String TRACE = "-Djava.lang.invoke.MethodHandle.TRACE_RESOLVE=true";
  private static final Pattern NO_CLASS = Pattern.compile("#|@lambda-form-invoker ");
  private static final Pattern INITIALIZED = Pattern.compile("Initializing '([^']+)'");
  private static final Pattern FROM_RUNTIME = Pattern.compile("(?m)^(\\S+) source: jrt:.*");
  private static final Pattern LOADED = Pattern.compile("(?m)^(io\\.fdgate|io\\.netty)\\.\\S+ source: .*");

  private final Path home;
  private final Path work;
  private final ServerSocket upstream;

  private Train(Path home, Path work) throws IOException {
    this.home = home;
    this.work = work;
    Files.createDirectories(work);
    this.upstream = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
  }

  public static void main(String[] arguments) throws Throwable {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Compile.library(Path.of(arguments[2]), home.resolve("lib/libfdgate.so"));
    new Train(home, home.resolveSibling("training")).train(arguments[1]);
  }

  private void train(String version) throws Throwable {
    Thread.ofPlatform().daemon().start(this::serveUpstream);
    run(TRACE);
    Path forms = work.resolve("lambda-forms");
    Files.copy(work.resolve(OUTPUT), forms, StandardCopyOption.REPLACE_EXISTING);
    new Link(home).link(version, forms);
    Path first = work.resolve("first.classes");
    run("-Xshare:off -XX:DumpLoadedClassList=" + first);
    archive(first, "-XX:-AOTClassLinking");
    Path second = work.resolve("second.classes");
    run("-XX:DumpLoadedClassList=" + second);
    archive(ofFirstAnswers(second), "-XX:+AOTClassLinking");
    run("-XX:ArchiveClassesAtExit=" + home.resolve(LATER));
    verify();
  }

  /** Sends each client of forward back what it sends. */
  private void serveUpstream() {
    while (true) {
      try (Socket client = upstream.accept()) {
        client.getInputStream().transferTo(client.getOutputStream());
      } catch (IOException ofClient) {
        System.err.println("upstream: " + ofClient); // the run that has no answer fails
      }
    }
  }

  /**
   * Of a list of classes, those that are used until the first answers. An archive of all shows which
   * are initialized, one of these which others they load.
   */
  private Path ofFirstAnswers(Path all) throws Throwable {
    archive(all, "-XX:+AOTClassLinking");
    Set<String> used = toFirstAnswers("class+init", INITIALIZED);
    archive(listed(all, used), "-XX:+AOTClassLinking");
    used.addAll(toFirstAnswers("class+load", FROM_RUNTIME));
    return listed(all, used);
  }

  /** The classes that a log tells of until the first answer of each. */
  private Set<String> toFirstAnswers(String tag, Pattern line) throws Throwable {
    Set<String> classes = new HashSet<>();
    for (String socket : FIRST) {
      Path log = work.resolve(socket.replace(' ', '-') + "." + tag);
      run(
          "-Dfdgate.firstAnswersMillis=" + TIMEOUT_MILLIS + " -Xlog:" + tag + ":file=" + log + ":none",
          List.of(socket),
          false);
      line.matcher(Files.readString(log))
          .results()
          .forEach(match -> classes.add(match.group(1).replace('.', '/')));
    }
    return classes;
  }

  /** Of a list, the lines of these classes, and those of none. */
  private Path listed(Path all, Set<String> classes) throws IOException {
    List<String> lines =
        Files.readAllLines(all).stream()
            .filter(line -> NO_CLASS.matcher(line).lookingAt() || classes.contains(classOf(line)))
            .toList();
    return Files.write(work.resolve("archived.classes"), lines);
  }

  /** {@code java/lang/Object id: 0}, and {@code @cp java/lang/Object ...} of what belongs to it. */
  private static String classOf(String line) {
    String[] words = line.split(" ");
    return words[0].startsWith("@") ? words[1] : words[0];
  }

  /** Archives the classes of a list as what the runtime uses by default. */
  private void archive(Path classes, String option) throws IOException, InterruptedException {
    Path log = work.resolve("archive.log");
    Process java =
        new ProcessBuilder(
                home.resolve("runtime/bin/java").toString(),
                "-Xshare:dump",
                "-XX:SharedClassListFile=" + classes,
                option,
                "--module",
                "io.fdgate")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (java.waitFor() != 0) {
      throw new IOException("no archive was made: " + log);
    }
  }

  /** An archive that does not fit is passed over in silence, and starts take five times as long. */
  private void verify() throws Throwable {
    Path log = work.resolve("loaded");
    run("-Xshare:on -Xlog:class+load:file=" + log + ":none");
    String loaded = Files.readString(log);
    List<String> outside =
        LOADED
            .matcher(loaded)
            .results()
            .map(MatchResult::group)
            .filter(line -> !line.contains("shared objects file"))
            .toList();
    if (!loaded.contains("io.fdgate.gateway.Gateway source: shared objects file\n")
        || !loaded.contains("ch.qos.logback.classic.Logger source: shared objects file (top)\n")
        || outside.size() > MOST_OUTSIDE) {
      throw new IOException("the archives are not used: " + outside);
    }
  }

  /** Starts fdgate, asks every protocol once, and stops it. */
  private void run(String options) throws Throwable {
    List<String> all = new ArrayList<>(FIRST);
    all.addAll(List.of("folder", "http2", "metrics", "status"));
    run(options, all, true);
  }

  /**
   * Starts fdgate with sockets, each with a client that waits.
   *
   * @param isWhole whether it goes on after the first answers, and is stopped; it is ended otherwise
   */
  private void run(String options, List<String> names, boolean isWhole) throws Throwable {
    Path root = Files.createDirectories(work.resolve("root"));
    Files.writeString(root.resolve("index.html"), "hello");
    Files.writeString(root.resolve("large"), "large".repeat(10_000));
    Files.createDirectories(root.resolve("folder"));
    String configuration =
        String.join(
            "\n",
            "drain_timeout = \"10s\"",
            "[log]",
            "level = \"info\"",
            "[sockets.echo]",
            "max_connections = 10_000",
            "idle_timeout = \"1min\"",
            "[sockets.web]",
            "protocol = \"http\"",
            "root = \"" + root + "\"",
            "endpoints = true",
            "max_body = \"64MiB\"",
            "[sockets.large]",
            "protocol = \"http\"",
            "root = \"" + root + "\"",
            "cache_control = [\"/: no-cache\"]",
            "[sockets.folder]",
            "protocol = \"http\"",
            "root = \"" + root + "\"",
            "listing = true",
            "[sockets.http2]",
            "protocol = \"http\"",
            "[sockets.forward]",
            "upstream = \"tcp:127.0.0.1:" + upstream.getLocalPort() + "\"",
            "idle_timeout = \"5min\"");
    Path file = Files.writeString(work.resolve("fdgate.toml"), configuration);
    List<Handover.Open> sockets = new ArrayList<>();
    List<ByteChannel> clients = new ArrayList<>();
    Path folder = Files.createTempDirectory("fdgate"); // where a path is short enough for a socket
    try {
      for (String name : names) {
        sockets.add(open(name, folder));
      }
      for (Handover.Open socket : sockets) {
        clients.add(ask(socket));
      }
      int pid = start(options, file, sockets);
      ProcessHandle gateway = ProcessHandle.of(pid).orElseThrow();
      CompletableFuture.delayedExecutor(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
          .execute(() -> close(clients));
      try {
        for (int i = 0; i < clients.size(); i++) {
          if (clients.get(i).read(ByteBuffer.allocate(1)) < 0) {
            throw new IOException(names.get(i) + " answers nothing");
          }
        }
        if (isWhole) {
          for (ByteChannel client : clients) {
            if (client instanceof SocketChannel stream) {
              Channels.newInputStream(stream).readAllBytes();
            }
          }
          gateway.destroy();
          Handover.await(pid);
        }
      } finally {
        gateway.destroyForcibly();
      }
    } finally {
      close(clients);
      for (Handover.Open socket : sockets) {
        socket.close();
      }
      Files.deleteIfExists(folder.resolve("s"));
      Files.delete(folder);
    }
  }

  private static void close(List<ByteChannel> clients) {
    for (ByteChannel client : clients) {
      try {
        client.close();
      } catch (IOException unclosable) {
        throw new UncheckedIOException(unclosable);
      }
    }
  }

  /** A socket of a name, behind a word for its kind if it is not TCP. */
  private static Handover.Open open(String name, Path folder) throws Throwable {
    String[] words = name.split(" ");
    return switch (words[0]) {
      case "unix" -> Handover.unix(words[1], folder.resolve("s"));
      case "udp" -> Handover.udp(words[1]);
      default -> Handover.tcp(name);
    };
  }

  private static String kept(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  }

  private static ByteChannel ask(Handover.Open server) throws IOException {
    ByteBuffer request =
        ByteBuffer.wrap(REQUESTS.getOrDefault(server.name(), "PING\n").getBytes(ISO_8859_1));
    if (!server.isStream()) {
      DatagramChannel client = DatagramChannel.open().connect(server.address());
      client.write(request);
      return client;
    }
    SocketChannel client = SocketChannel.open(server.address());
    client.write(request);
    client.shutdownOutput();
    return client;
  }

  private int start(String options, Path configuration, List<Handover.Open> sockets)
      throws Throwable {
    return Handover.start(
        List.of(home.resolve("bin/fdgate").toString(), "--config", configuration.toString()),
        Map.of(
            "PATH", System.getenv("PATH"),
            "JAVA_HOME", System.getProperty("java.home"),
            "FDGATE_JAVA_OPTS", options),
        work.resolve(OUTPUT),
        sockets);
  }
}
