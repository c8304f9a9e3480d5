package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A headless Chromium with one page, driven by its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final WebSocket page;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
  private int asked;

  /** Opens a page. */
  Browser(Path profile, String url) throws Exception {
    process =
        new ProcessBuilder(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--window-size=1200,800",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                url)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    int port = port(profile.resolve("DevToolsActivePort"));
    page =
        http.newWebSocketBuilder()
            .buildAsync(URI.create(pageSocket(port)), new Answers())
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private int port(Path file) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    while (!Files.exists(file) || Files.readAllLines(file).size() < 2) {
      if (System.nanoTime() > deadline || process.waitFor(50, TimeUnit.MILLISECONDS)) {
        throw new IOException("chromium does not start");
      }
    }
    return Integer.parseInt(Files.readAllLines(file).getFirst());
  }

  private static String pageSocket(int port) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(PATIENCE_SECONDS).toNanos();
    Pattern socket =
        Pattern.compile(
            "\"type\": \"page\",.*?\"webSocketDebuggerUrl\": \"([^\"]+)\"", Pattern.DOTALL);
    while (System.nanoTime() < deadline) {
      Matcher found = socket.matcher(Curl.get("http://127.0.0.1:" + port + "/json/list"));
      if (found.find()) {
        return found.group(1);
      }
    }
    throw new IOException("chromium opens no page");
  }

  /** The value of a JavaScript expression that gives a text without quotes in it. */
  String evaluate(String expression) throws Exception {
    String escaped = expression.replace("\\", "\\\\").replace("\"", "\\\"");
    String answer = ask("Runtime.evaluate", "{\"expression\":\"String(" + escaped + ")\"}");
    Matcher value = Pattern.compile("\"value\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(answer);
    if (!value.find()) {
      throw new IOException(expression + ": " + answer);
    }
    return Pattern.compile("\\\\u([0-9a-fA-F]{4})")
        .matcher(value.group(1))
        .replaceAll(code -> Character.toString(Integer.parseInt(code.group(1), 16)));
  }

  /** Shows the page as in a dark or light room. */
  void colorScheme(String scheme) throws Exception {
    ask(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"" + scheme + "\"}]}");
  }

  void screenshot(Path file) throws Exception {
    Matcher data =
        Pattern.compile("\"data\":\"([^\"]+)\"").matcher(ask("Page.captureScreenshot", "{}"));
    if (!data.find()) {
      throw new IOException("no screenshot");
    }
    Files.write(file, Base64.getDecoder().decode(data.group(1).getBytes(UTF_8)));
  }

  private String ask(String method, String parameters) throws Exception {
    int id = ++asked;
    page.sendText(
            "{\"id\":" + id + ",\"method\":\"" + method + "\",\"params\":" + parameters + "}", true)
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    while (true) {
      String answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (answer == null) {
        throw new IOException("chromium does not answer " + method);
      }
      if (answer.startsWith("{\"id\":" + id + ",")) {
        return answer;
      }
    }
  }

  @Override
  public void close() throws Exception {
    page.abort();
    http.close();
    List<ProcessHandle> children = process.descendants().toList();
    process.destroy();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      children.forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    // They write into the profile, which is deleted next.
    for (ProcessHandle child : children) {
      child.onExit().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Collects messages, which may come in parts. */
  private final class Answers implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        answers.add(message.toString());
        message.setLength(0);
      }
      return WebSocket.Listener.super.onText(socket, part, last);
    }
  }
}
