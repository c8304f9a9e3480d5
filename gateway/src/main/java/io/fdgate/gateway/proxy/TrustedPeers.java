package io.fdgate.gateway.proxy;

import io.netty.channel.Channel;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The proxies that are believed: internet addresses and networks, and the peers of Unix and VSOCK
 * sockets, which have no address to go by.
 */
public final class TrustedPeers {
  /** What an entry may be, for fault messages. */
  public static final String EXPECTED =
      "an address such as \"192.0.2.1\", a network such as \"10.0.0.0/8\" or \"2001:db8::/32\","
          + " \"unix\" or \"vsock\"";

  private final List<IpSubnetFilterRule> networks;
  private final boolean unix;
  private final boolean vsock;

  private TrustedPeers(List<IpSubnetFilterRule> networks, boolean unix, boolean vsock) {
    this.networks = List.copyOf(networks);
    this.unix = unix;
    this.vsock = vsock;
  }

  /**
   * Takes the entries of the configuration.
   *
   * @throws IllegalArgumentException with the first entry that is none, as its message
   */
  public static TrustedPeers of(List<String> entries) {
    List<IpSubnetFilterRule> networks = new ArrayList<>();
    for (String entry : entries) {
      if (!entry.equals("unix") && !entry.equals("vsock")) {
        networks.add(network(entry).orElseThrow(() -> new IllegalArgumentException(entry)));
      }
    }
    return new TrustedPeers(networks, entries.contains("unix"), entries.contains("vsock"));
  }

  /** Names are none: they would be looked up, and who is trusted would be up to a name server. */
  private static Optional<IpSubnetFilterRule> network(String entry) {
    int slash = entry.indexOf('/');
    InetAddress address =
        NetUtil.createInetAddressFromIpAddressString(slash < 0 ? entry : entry.substring(0, slash));
    if (address == null) {
      return Optional.empty();
    }
    int most = address.getAddress().length * Byte.SIZE;
    String length = entry.substring(slash + 1);
    try {
      int bits = slash < 0 ? most : Integer.parseInt(length);
      return bits < 0 || bits > most || length.startsWith("+")
          ? Optional.empty()
          : Optional.of(new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT));
    } catch (NumberFormatException noNumber) {
      return Optional.empty();
    }
  }

  /**
   * Whether the peer of a connection is one.
   *
   * @param vsockSocket whether the socket is VSOCK, whose channels are like those of Unix sockets
   */
  boolean contains(Channel connection, boolean vsockSocket) {
    if (connection.remoteAddress() instanceof InetSocketAddress peer) {
      return networks.stream().anyMatch(network -> network.matches(peer));
    }
    return vsockSocket ? vsock : unix;
  }
}
