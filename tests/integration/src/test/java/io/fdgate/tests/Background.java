package io.fdgate.tests;

import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;

/** A thread for the other end of a connection. */
final class Background {
  private Background() {}

  static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }
}
