package io.fdgate.protocol.line;

import static io.fdgate.protocol.GatewayEvent.GRACE;

import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.KeptConnection;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.Proxied;
import io.fdgate.protocol.line.LineSplitter.Found;
import io.fdgate.protocol.line.RequestParser.Line;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the lines of one connection, in order. It answers and reads only while the peer takes the
 * answers: a client that never reads costs one high watermark, one batch of answers and what was
 * read already.
 */
final class LineHandler extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(LineHandler.class);
  private static final int BATCH = 16 * 1024;
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final LineService service;
  private final LineSplitter splitter;
  private final Queue<ByteBuf> received = new ArrayDeque<>(2);
  private @Nullable Deadline deadline;
  private Stage stage = Stage.ANSWERING;
  private boolean answering;
  private boolean inputEnded;
  private boolean lastAnswered;
  private boolean faulty;
  private boolean leaving;
  private long unsentBefore;

  LineHandler(LineService service) {
    this.service = service;
    this.splitter = new LineSplitter(service.longestLine());
  }

  /** What happens to input. */
  private enum Stage {
    /** It is answered. */
    ANSWERING,
    /** What was received is answered, or else what comes next, then the connection ends. */
    DRAINING,
    /** It is discarded. The last answers are on their way, or taken and the peer is to hang up. */
    ENDING
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    deadline =
        new Deadline(
            ctx.executor(), service.idleTimeout(), () -> takesAnswers(ctx), () -> idle(ctx));
    ctx.fireChannelActive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    discardReceived();
    if (deadline != null) {
      deadline.cancel();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf input = (ByteBuf) message;
    if (stage != Stage.ENDING && input.isReadable()) {
      received.add(input);
      answer(ctx);
    } else {
      input.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    answer(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      inputEnded = true;
      if (((DuplexChannel) ctx.channel()).isOutputShutdown()) {
        ctx.close();
      } else {
        answer(ctx);
      }
    } else if (event == GatewayEvent.DRAIN) {
      if (stage == Stage.ANSWERING) {
        stage = Stage.DRAINING;
        answer(ctx);
        ctx.executor().schedule(() -> graceOver(ctx), GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } else if (event == GatewayEvent.LEAVE) {
      leaving = true;
      answer(ctx);
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      fault(ctx, cause.toString());
    } else {
      logger.warn(
          LogEvent.CONNECTION_UNSERVED,
          "connection {} cannot be served",
          Proxied.source(ctx.channel()),
          cause);
    }
    ctx.close();
  }

  /** Answers what was received, as far as the peer takes the answers. */
  private void answer(ChannelHandlerContext ctx) {
    if (answering) {
      return; // called back by a write of the loop below
    }
    answering = true;
    try {
      boolean more = true;
      while (more && stage != Stage.ENDING && ctx.channel().isWritable()) {
        more = answerBatch(ctx);
      }
      boolean last = inputEnded || (stage == Stage.DRAINING && lastAnswered);
      if (!more && last && stage != Stage.ENDING) {
        end(ctx);
      }
    } finally {
      answering = false;
    }
    boolean between = received.isEmpty() && !splitter.isInLine();
    boolean wanted = received.isEmpty() && ctx.channel().isWritable() && !(leaving && between);
    ctx.channel().config().setAutoRead(stage == Stage.ENDING || wanted);
    if (leaving && between && stage == Stage.ANSWERING) {
      leaveBehindTheLastAnswer(ctx);
    }
  }

  /** Between two lines; the next process reads the next line. */
  private void leaveBehindTheLastAnswer(ChannelHandlerContext ctx) {
    // A task of its own: the write that tells of its end still counts.
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess()) {
            ctx.executor().execute(() -> leaveIfNothingWaits(ctx));
          }
        });
  }

  private void leaveIfNothingWaits(ChannelHandlerContext ctx) {
    boolean between = received.isEmpty() && !splitter.isInLine();
    if (between && unsent(ctx) == 0 && stage == Stage.ANSWERING) {
      KeptConnection.of(ctx.channel()).ifPresent(KeptConnection::leave);
    }
  }

  /** Writes one buffer of answers; returns whether there may be more. */
  private boolean answerBatch(ChannelHandlerContext ctx) {
    ByteBuf answers = ctx.alloc().ioBuffer();
    boolean more = true;
    boolean bye = false;
    try {
      while (more && !bye && answers.readableBytes() < BATCH) {
        LineAnswer answer = nextAnswer(ctx);
        more = answer != null;
        if (answer != null) {
          AnswerWriter.write(answer, answers);
          bye = answer instanceof LineAnswer.Bye;
        }
      }
    } finally {
      if (answers.isReadable()) {
        ctx.writeAndFlush(answers, ctx.voidPromise());
        unsentBefore = unsent(ctx);
      } else {
        answers.release();
      }
    }
    if (bye) {
      end(ctx);
    }
    return more;
  }

  private @Nullable LineAnswer nextAnswer(ChannelHandlerContext ctx) {
    return switch (nextLine()) {
      case NOTHING -> null;
      case TOO_LONG -> {
        fault(ctx, "line too long");
        yield service.tooLong();
      }
      case LINE -> {
        Line line = RequestParser.parse(splitter.line(), splitter.length());
        if (line instanceof Line.Malformed(LineAnswer why)) {
          fault(ctx, why.toString());
        }
        yield service.answer(
            line, () -> PeerIdentity.of(ctx.channel(), service.socket().address()));
      }
    };
  }

  private Found nextLine() {
    Found found = Found.NOTHING;
    while (found == Found.NOTHING && !received.isEmpty()) {
      ByteBuf input = received.element();
      found = splitter.next(input);
      if (!input.isReadable()) {
        received.remove().release();
      }
    }
    if (found == Found.NOTHING && inputEnded) {
      found = splitter.end();
    }
    if (found != Found.NOTHING) {
      lastAnswered = stage == Stage.DRAINING;
      if (deadline != null) {
        deadline.signOfLife();
      }
    }
    return found;
  }

  /** Nothing came that could have been answered last. */
  private void graceOver(ChannelHandlerContext ctx) {
    lastAnswered = true;
    answer(ctx);
  }

  /** Takes no more requests, and closes when the last answer is sent. */
  private void end(ChannelHandlerContext ctx) {
    stage = Stage.ENDING;
    discardReceived();
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess() && !inputEnded) {
            hangUp(ctx);
          } else {
            ctx.close();
          }
        });
  }

  /**
   * Ends our side and waits for the peer to end its own. To close with input unread would reset the
   * connection, and take from the peer the answers that it has not read.
   */
  private void hangUp(ChannelHandlerContext ctx) {
    ((DuplexChannel) ctx.channel()).shutdownOutput();
    if (deadline != null) {
      deadline.cancel();
    }
    deadline = new Deadline(ctx.executor(), LINGER, () -> false, ctx::close);
  }

  private void idle(ChannelHandlerContext ctx) {
    if (splitter.isInLine() || !received.isEmpty() || unsent(ctx) > 0) {
      fault(ctx, "no complete line, or no answer taken, in " + service.idleTimeout());
    }
    ctx.close();
  }

  private boolean takesAnswers(ChannelHandlerContext ctx) {
    long unsent = unsent(ctx);
    boolean progress = unsent < unsentBefore;
    unsentBefore = unsent;
    return progress;
  }

  private static long unsent(ChannelHandlerContext ctx) {
    ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes() - buffer.currentProgress();
  }

  /** Counts a connection once, however many faults the peer makes on it. */
  private void fault(ChannelHandlerContext ctx, String what) {
    logger.debug(
        LogEvent.CONNECTION_BROKEN, "connection {}: {}", Proxied.source(ctx.channel()), what);
    if (!faulty) {
      faulty = true;
      service.socket().counters().peerFault();
    }
  }

  private void discardReceived() {
    while (!received.isEmpty()) {
      received.remove().release();
    }
  }
}
