package io.fdgate.gateway;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.listener.Binding;
import io.fdgate.libc.Libc;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.RejectReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/** What the log and the service manager are told about a run. */
final class ServiceReport {
  private static final int CLOCK_TICKS_A_SECOND = 100;
  private static final int START_TIME_AFTER_NAME = 19;

  private ServiceReport() {}

  /** The STATUS= text: how many sockets each protocol serves. */
  static String status(List<Binding> plan) {
    Map<String, Integer> sockets = new TreeMap<>();
    plan.forEach(binding -> sockets.merge(binding.protocol().name(), 1, Integer::sum));
    StringBuilder text = new StringBuilder("Serving");
    String separator = " ";
    for (Map.Entry<String, Integer> each : sockets.entrySet()) {
      text.append(separator).append(each.getKey()).append(" on ").append(each.getValue());
      text.append(each.getValue() == 1 ? " socket" : " sockets");
      separator = ", ";
    }
    return text.toString();
  }

  /** The STATUS= text while clients come and go. */
  static String activity(List<Binding> plan) {
    Map<String, Activity> names = new TreeMap<>();
    Activity all = new Activity();
    for (Binding binding : plan) {
      names.computeIfAbsent(binding.socket().name(), name -> new Activity()).add(binding);
      all.add(binding);
    }
    StringBuilder text = new StringBuilder(status(plan)).append(": ").append(all);
    if (names.size() > 1) {
      names.forEach((name, each) -> text.append("; ").append(name).append(' ').append(each));
    }
    return text.toString();
  }

  private static final class Activity {
    private long open;
    private long connections;
    private long datagrams;

    void add(Binding binding) {
      open += binding.counters().openConnections();
      connections += binding.counters().connections();
      datagrams += binding.counters().datagramsReceived();
    }

    @Override
    public String toString() {
      String text = open + " open, " + connections + " in all";
      return datagrams == 0 ? text : text + ", " + datagrams + " datagrams";
    }
  }

  /** A number of connections in words. */
  static String connections(long count) {
    return count + (count == 1 ? " connection" : " connections");
  }

  /** One line for each listener. */
  static void listeners(Logger logger, List<Binding> plan) {
    for (Binding binding : plan) {
      InheritedSocket socket = binding.socket();
      logger.info(
          LogEvent.LISTENING,
          "serving {} on {} {}{} ({}, chosen by {})",
          binding.protocol().name(),
          socket.kind(),
          socket.address(),
          socket.role() == InheritedSocket.Role.LISTENER
                  || socket.role() == InheritedSocket.Role.DATAGRAM
              ? ""
              : ", one connection",
          socket,
          binding.rule());
    }
  }

  /**
   * One line with the time since the JVM began, to the clock tick, which is counted too. It is read
   * from our own thread, the JVM's first: the process itself may be older, waiting for a client
   * before exec(2) as systemd-socket-activate does.
   */
  static void ready(Logger logger, List<Binding> plan, long readyNanos) {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      double began = Double.parseDouble(fields[START_TIME_AFTER_NAME]) / CLOCK_TICKS_A_SECOND;
      // Not /proc/uptime, which ProcSubset=pid hides.
      double now = Libc.bootNanos() / 1e9;
      double since = (System.nanoTime() - readyNanos) / 1e9;
      long millis = Math.max(0, Math.round((now - began - since) * 1_000));
      logger.info(LogEvent.READY, "ready after {} ms: {}", millis, status(plan));
      for (Binding binding : plan) {
        binding.counters().activated(TimeUnit.MILLISECONDS.toNanos(millis));
      }
    } catch (IOException hidden) {
      logger.info(LogEvent.READY, "ready: {}", status(plan));
    }
  }

  /** One line for each socket with what was counted. */
  static void totals(Logger logger, List<Binding> plan) {
    for (Binding binding : plan) {
      Counters counters = binding.counters();
      InheritedSocket socket = binding.socket();
      if (socket.isStream()) {
        logger.info(
            LogEvent.SERVED,
            "served {} {}: {}{}, {} broken by the peer",
            socket.kind(),
            socket.address(),
            connections(counters.connections()),
            rejected(counters),
            counters.peerFaults(),
            socket);
      } else {
        logger.info(
            LogEvent.SERVED,
            "served {} {}: {} datagrams received, {} sent{}",
            socket.kind(),
            socket.address(),
            counters.datagramsReceived(),
            counters.datagramsSent(),
            dropped(counters),
            socket);
      }
    }
  }

  private static String rejected(Counters counters) {
    StringBuilder text = new StringBuilder();
    for (RejectReason reason : RejectReason.values()) {
      long count = counters.connectionsRejected(reason);
      if (count > 0) {
        text.append(", ").append(count).append(" turned away (").append(reason.text()).append(')');
      }
    }
    return text.toString();
  }

  private static String dropped(Counters counters) {
    StringBuilder text = new StringBuilder();
    for (DropReason reason : DropReason.values()) {
      long count = counters.datagramsDropped(reason);
      if (count > 0) {
        text.append(", ").append(count).append(" dropped (").append(reason.text()).append(')');
      }
    }
    return text.toString();
  }
}
