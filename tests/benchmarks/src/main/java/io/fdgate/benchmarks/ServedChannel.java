package io.fdgate.benchmarks;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.ServiceLoader;

/** A connection without a socket, served by an installed protocol. */
final class ServedChannel {
  private final EmbeddedChannel channel;

  private ServedChannel(EmbeddedChannel channel) {
    this.channel = channel;
  }

  static ServedChannel of(String protocol, Settings settings) throws SettingException {
    Endpoint address = Endpoint.Unix.ofPath("/run/benchmark");
    SocketContext context =
        new SocketContext(protocol, address, settings, new Counters(), List::of);
    for (Protocol each : ServiceLoader.load(Protocol.class)) {
      if (each.name().equals(protocol) && each instanceof StreamProtocol streams) {
        EmbeddedChannel channel = new EmbeddedChannel();
        streams.connections(context).initialize(channel);
        channel.pipeline().fireChannelActive();
        return new ServedChannel(channel);
      }
    }
    throw new IllegalArgumentException("no protocol " + protocol);
  }

  /** Brings a request in, and returns how many bytes of answers came out. */
  int exchange(ByteBuf request) {
    request.retain();
    channel.writeInbound(request.duplicate());
    channel.runPendingTasks();
    int answered = 0;
    Object written;
    while ((written = channel.readOutbound()) != null) {
      if (written instanceof ByteBuf bytes) {
        answered += bytes.readableBytes();
      }
      ReferenceCountUtil.release(written);
    }
    return answered;
  }

  void close() {
    channel.finishAndReleaseAll();
  }
}
