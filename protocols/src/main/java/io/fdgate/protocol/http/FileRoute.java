package io.fdgate.protocol.http;

import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the files of a folder.
 *
 * <p>Looking for a file and opening it blocks on the file system, so a few threads of its own do
 * that; virtual threads would gain nothing, as such calls hold their carrier. Sending is left to
 * sendfile(2) on the event loop, which waits only for pages that are not in memory.
 */
final class FileRoute implements Route {
  private static final Logger logger = LoggerFactory.getLogger(FileRoute.class);
  private static final int THREADS = 4;
  private static final int QUEUE = 4096;
  private static final long THREAD_SECONDS = 30;

  private final FileSearch search;
  private final FileCache cache = new FileCache();
  private final ConcurrentHashMap<FileCache.Key, List<Exchange>> waiting =
      new ConcurrentHashMap<>();
  private final CacheControl cacheControl;
  private final Executor blocking;

  private FileRoute(FileSearch search, CacheControl cacheControl) {
    this.search = search;
    this.cacheControl = cacheControl;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(QUEUE),
            new DefaultThreadFactory("files", true));
    pool.allowCoreThreadTimeOut(true);
    this.blocking = pool;
  }

  /** A route for the folder of the settings; none when they have none. */
  static Optional<Route> of(Settings settings) throws SettingException {
    CacheControl cacheControl = CacheControl.of(settings.get(HttpSettings.CACHE_CONTROL));
    Optional<String> text = settings.get(HttpSettings.ROOT);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    Path root = Path.of(text.get());
    if (!root.isAbsolute() || !Files.isDirectory(root)) {
      throw new SettingException(
          HttpSettings.ROOT.key(),
          "is \"" + root + "\" (expected: the absolute path of a folder that is there)");
    }
    FileTree tree =
        new FileTree(
            root,
            settings.get(HttpSettings.ALLOW_SYMLINKS_OUTSIDE),
            settings.get(HttpSettings.ALLOW_DOT_FILES));
    return Optional.of(
        new FileRoute(
            new FileSearch(
                tree, settings.get(HttpSettings.INDEX), settings.get(HttpSettings.LISTING)),
            cacheControl));
  }

  @Override
  public void serve(Exchange exchange) {
    if (!exchange.isGetOrHead()) {
      exchange.answerMethods(Endpoints.READ_METHODS);
      return;
    }
    FileCache.Key wanted =
        new FileCache.Key(
            exchange.path(),
            Encoding.accepted(
                exchange.request().headers().getAll(HttpHeaderNames.ACCEPT_ENCODING)));
    Optional<FileCache.Entry> cached = cache.get(wanted);
    if (cached.isPresent()) {
      file(exchange, cached.get());
      return;
    }
    Optional<FilePath> path = FilePath.of(wanted.path());
    if (path.isEmpty()) {
      exchange.answer(HttpResponseStatus.BAD_REQUEST, "not a path");
      return;
    }
    if (isFirst(wanted, exchange)) {
      ScheduledExecutorService timer = exchange.context().executor();
      try {
        blocking.execute(() -> find(path.get(), wanted, timer));
      } catch (RejectedExecutionException full) {
        tell(wanted, each -> each.answer(HttpResponseStatus.SERVICE_UNAVAILABLE, "too busy"));
      }
    }
  }

  /** Many may ask for a file at the moment that the cache gives it up: one of them has it found. */
  private boolean isFirst(FileCache.Key wanted, Exchange exchange) {
    List<Exchange> alone = new ArrayList<>(List.of(exchange));
    return waiting.merge(wanted, alone, FileRoute::joined) == alone;
  }

  private static List<Exchange> joined(List<Exchange> all, List<Exchange> more) {
    all.addAll(more);
    return all;
  }

  private void find(FilePath path, FileCache.Key wanted, ScheduledExecutorService timer) {
    try {
      FileSearch.Result result = search.find(path, wanted.accepted());
      if (result instanceof FileSearch.Result.Found found) {
        FileCache.Entry entry = new FileCache.Entry(path, found);
        cache.put(wanted, entry, timer);
        for (Exchange each : took(wanted)) {
          found.file().retain();
          each.later(() -> file(each, entry));
        }
        found.file().release();
      } else {
        tell(wanted, each -> answer(each, result));
      }
    } catch (IOException | RuntimeException | Error broken) { // nobody else would ever tell them
      logger.warn(LogEvent.FILE_UNSERVED, "{} cannot be served", path.toUri(), broken);
      tell(
          wanted,
          each -> each.answer(HttpResponseStatus.INTERNAL_SERVER_ERROR, "the file cannot be read"));
    }
  }

  private void tell(FileCache.Key wanted, Consumer<Exchange> answer) {
    for (Exchange each : took(wanted)) {
      each.later(() -> answer.accept(each));
    }
  }

  /** Those that wait for it, who are told by the caller; the next one is the first again. */
  private List<Exchange> took(FileCache.Key wanted) {
    List<Exchange> all = waiting.remove(wanted);
    return all == null ? List.of() : all;
  }

  /** Without a switch over types, as all that is done for a first answer. */
  private static void answer(Exchange exchange, FileSearch.Result result) {
    if (result instanceof FileSearch.Result.Redirect redirect) {
      exchange.answer(
          HttpResponseStatus.PERMANENT_REDIRECT,
          Exchange.headers()
              .set(HttpHeaderNames.LOCATION, redirect.path() + exchange.target().query()),
          "moved\n");
    } else if (result instanceof FileSearch.Result.Listing listing) {
      exchange.answer(
          HttpResponseStatus.OK,
          Exchange.headers()
              .set(HttpHeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
              .set(HttpHeaderNames.CACHE_CONTROL, "no-cache"),
          listing.html());
    } else {
      exchange.answer(HttpResponseStatus.NOT_FOUND, "not found");
    }
  }

  /** Takes over the caller's reference to the file. */
  private void file(Exchange exchange, FileCache.Entry entry) {
    FileSearch.Result.Found found = entry.found();
    OpenFile file = found.file();
    HttpHeaders headers =
        Exchange.headers()
            .set(HttpHeaderNames.ETAG, file.tag())
            .set(HttpHeaderNames.LAST_MODIFIED, file.lastModified());
    cacheControl
        .of(entry.path())
        .ifPresent(value -> headers.set(HttpHeaderNames.CACHE_CONTROL, value));
    if (found.varies()) {
      headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
    }
    switch (Preconditions.of(exchange.request().headers(), file)) {
      case FAILED -> {
        file.release();
        exchange.answer(HttpResponseStatus.PRECONDITION_FAILED, "precondition failed");
      }
      case NOT_MODIFIED -> {
        file.release();
        exchange.answerEmpty(HttpResponseStatus.NOT_MODIFIED, headers);
      }
      case SERVE -> {
        headers
            .set(HttpHeaderNames.CONTENT_TYPE, found.type())
            .set(HttpHeaderNames.ACCEPT_RANGES, HttpHeaderValues.BYTES)
            .set("x-content-type-options", "nosniff");
        found
            .encoding()
            .ifPresent(
                encoding -> headers.set(HttpHeaderNames.CONTENT_ENCODING, encoding.coding()));
        send(exchange, headers, found);
      }
    }
  }

  private static void send(Exchange exchange, HttpHeaders headers, FileSearch.Result.Found found) {
    OpenFile file = found.file();
    ByteRange.Wanted wanted = wanted(exchange.request(), file);
    if (wanted instanceof ByteRange.Wanted.Parts parts) {
      sendParts(exchange, headers, found, parts.ranges());
    } else if (wanted instanceof ByteRange.Wanted.Unsatisfiable) {
      file.release();
      exchange.answer(
          HttpResponseStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
          Exchange.headers().set(HttpHeaderNames.CONTENT_RANGE, "bytes */" + file.size()),
          "range not satisfiable\n");
    } else {
      part(exchange, HttpResponseStatus.OK, headers, file, new ByteRange(0, file.size() - 1));
    }
  }

  private static void sendParts(
      Exchange exchange,
      HttpHeaders headers,
      FileSearch.Result.Found found,
      List<ByteRange> ranges) {
    OpenFile file = found.file();
    if (ranges.size() == 1) {
      ByteRange range = ranges.getFirst();
      headers.set(HttpHeaderNames.CONTENT_RANGE, range.of(file.size()));
      part(exchange, HttpResponseStatus.PARTIAL_CONTENT, headers, file, range);
    } else {
      MultipartSource source = new MultipartSource(file, found.type(), ranges);
      headers.set(HttpHeaderNames.CONTENT_TYPE, source.type());
      exchange.stream(
          HttpResponseStatus.PARTIAL_CONTENT, headers, OptionalLong.of(source.length()), source);
    }
  }

  /** Takes over the caller's reference to the file. */
  private static void part(
      Exchange exchange,
      HttpResponseStatus status,
      HttpHeaders headers,
      OpenFile file,
      ByteRange range) {
    Optional<ByteBuf> content = file.content(range);
    if (content.isPresent()) {
      file.release();
      exchange.answer(status, headers, content.get());
    } else {
      exchange.stream(
          status, headers, OptionalLong.of(range.length()), new FileSource(file, range));
    }
  }

  /** A Range is for GET only (RFC 9110, section 14.2). */
  private static ByteRange.Wanted wanted(HttpRequest request, OpenFile file) {
    String range = request.headers().get(HttpHeaderNames.RANGE);
    return range != null
            && request.method().equals(HttpMethod.GET)
            && Preconditions.allowRange(request.headers(), file)
        ? ByteRange.parse(range, file.size())
        : new ByteRange.Wanted.Whole();
  }
}
