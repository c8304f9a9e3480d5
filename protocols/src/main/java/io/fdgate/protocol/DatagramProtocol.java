package io.fdgate.protocol;

/** A protocol for datagrams: UDP and Unix datagram sockets. */
public interface DatagramProtocol extends Protocol {
  /**
   * Prepares to serve one inherited datagram socket, under the same conditions as {@link
   * StreamProtocol#connections}.
   *
   * @throws SettingException when the settings cannot work; reported together with all other faults
   */
  DatagramHandler datagrams(SocketContext socket) throws SettingException;
}
