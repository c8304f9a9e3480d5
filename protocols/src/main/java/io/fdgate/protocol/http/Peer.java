package io.fdgate.protocol.http;

import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.PeerIdentity;
import io.netty.channel.Channel;
import io.netty.util.NetUtil;

/**
 * Who is at the other end of a connection.
 *
 * @param host for the access log: an address, {@code pid=1,uid=0,gid=0} or {@code vsock:CID:PORT}
 * @param text with the port too
 */
record Peer(String host, String text) {
  private static final Peer UNKNOWN = new Peer("-", "unknown");

  /**
   * Asks the channel, and for Unix sockets the kernel (SO_PEERCRED, unix(7)).
   *
   * @param local the address of the inherited socket, which tells Unix and VSOCK apart
   */
  static Peer of(Channel channel, Endpoint local) {
    PeerIdentity identity = PeerIdentity.of(channel, local);
    if (identity instanceof PeerIdentity.Address(Endpoint address)) {
      return address instanceof Endpoint.Inet inet
          ? new Peer(NetUtil.toAddressString(inet.address().getAddress()), inet.toString())
          : same(address.toString());
    }
    if (identity instanceof PeerIdentity.Credentials(int pid, int uid, int gid)) {
      return same("pid=" + pid + ",uid=" + uid + (gid < 0 ? "" : ",gid=" + gid));
    }
    return UNKNOWN;
  }

  private static Peer same(String text) {
    return new Peer(text, text);
  }
}
