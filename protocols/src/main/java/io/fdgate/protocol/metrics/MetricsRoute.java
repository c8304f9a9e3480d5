package io.fdgate.protocol.metrics;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.ServedSockets;
import io.fdgate.protocol.http.Exchange;
import io.fdgate.protocol.http.Route;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers {@code /metrics}. A scrape reads files and asks the JVM, which takes its time: so it runs
 * on a thread of its own, one after another.
 */
final class MetricsRoute implements Route {
  private static final Logger logger = LoggerFactory.getLogger(MetricsRoute.class);
  private static final int QUEUE = 64;
  private static final long KEEP_THREAD_SECONDS = 60;

  private final LoopLag lag = new LoopLag();
  private final ServedSockets served;
  private final Executor scraper =
      new ThreadPoolExecutor(
          0,
          1,
          KEEP_THREAD_SECONDS,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(QUEUE),
          MetricsRoute::thread);

  MetricsRoute(ServedSockets served) {
    this.served = served;
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "metrics");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void serve(Exchange exchange) {
    lag.watch(exchange.context().channel().eventLoop().parent());
    String path = exchange.path();
    if (!path.equals("/metrics") && !path.equals("/")) {
      exchange.answer(HttpResponseStatus.NOT_FOUND, "not found");
    } else if (!exchange.isGetOrHead()) {
      exchange.answerMethods("GET, HEAD, OPTIONS");
    } else if (path.equals("/")) {
      exchange.answer(HttpResponseStatus.OK, "the metrics of fdgate are at /metrics");
    } else {
      scrape(exchange);
    }
  }

  private void scrape(Exchange exchange) {
    String accept = exchange.request().headers().get(HttpHeaderNames.ACCEPT, "");
    try {
      scraper.execute(() -> scrape(exchange, accept));
    } catch (RejectedExecutionException tooMany) {
      exchange.answer(HttpResponseStatus.SERVICE_UNAVAILABLE, "too many scrapes at once");
    }
  }

  private void scrape(Exchange exchange, String accept) {
    try {
      Exposition exposition = Exposition.of(accept, served.sockets(), lag.histogram());
      exchange.later(() ->
          exchange.answer(
              HttpResponseStatus.OK,
              Exchange.headers()
                  .set(HttpHeaderNames.CONTENT_TYPE, exposition.contentType())
                  .set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT),
              Unpooled.wrappedBuffer(exposition.text())));
    } catch (RuntimeException | LinkageError broken) {
      logger.warn(LogEvent.METRICS_FAILED, "the metrics cannot be shown", broken);
      exchange.later(() ->
          exchange.answer(
              HttpResponseStatus.INTERNAL_SERVER_ERROR,
              "the metrics cannot be shown, see the log"));
    }
  }
}
