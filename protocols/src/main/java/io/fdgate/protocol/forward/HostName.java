package io.fdgate.protocol.forward;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The addresses of a host. Names are looked up on a thread of their own: that may block. */
final class HostName {
  private HostName() {}

  /** What a look-up gives. */
  sealed interface Found {
    /** At least one address, in the order of the system's resolver. */
    record Addresses(List<InetAddress> addresses) implements Found {
      /** Copies the list. */
      public Addresses {
        addresses = List.copyOf(addresses);
      }
    }

    /** None, and why. */
    record Unknown(String reason) implements Found {}
  }

  /**
   * Finds the addresses of a host.
   *
   * @param answer told on the executor, or at once if the host is an address
   */
  static void resolve(String host, Executor executor, Consumer<Found> answer) {
    if (NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host)) {
      answer.accept(lookUp(host));
    } else {
      Thread.ofVirtual()
          .name("resolve ", 0)
          .start(() -> {
            Found found = lookUp(host);
            executor.execute(() -> answer.accept(found));
          });
    }
  }

  private static Found lookUp(String host) {
    try {
      return new Found.Addresses(List.of(InetAddress.getAllByName(host)));
    } catch (UnknownHostException unknown) {
      return new Found.Unknown("unknown host");
    }
  }
}
