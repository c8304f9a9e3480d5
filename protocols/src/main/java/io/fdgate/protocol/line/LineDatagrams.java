package io.fdgate.protocol.line;

import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramPeer;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.line.LineSplitter.Found;
import io.fdgate.protocol.line.RequestParser.Line;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers a datagram of lines with a datagram of answers, in order. The last line needs no line
 * end. A datagram without a line, and one that begins with an answer, has no reply: two gateways
 * would else answer each other for ever.
 */
final class LineDatagrams implements DatagramHandler {
  private static final Logger logger = LoggerFactory.getLogger(LineDatagrams.class);
  // The longest payload of UDP over IPv4, less the line that says that there is no more room.
  private static final int LONGEST_REPLY = 65_507;
  private static final LineAnswer FULL =
      LineAnswer.error("full", "the reply is full; this line and those behind it have no answer");
  private static final int ROOM = LONGEST_REPLY - 128;

  private final LineService service;
  private final LineSplitter splitter;

  LineDatagrams(LineService service) {
    this.service = service;
    this.splitter = new LineSplitter(service.longestLine());
  }

  @Override
  public void datagram(ByteBuf content, DatagramPeer peer) {
    ByteBuf answers = ByteBufAllocator.DEFAULT.buffer();
    try {
      Supplier<PeerIdentity> sender = () -> new PeerIdentity.Address(peer.address());
      if (!answer(content.duplicate(), sender, answers)) {
        service.socket().counters().peerFault();
        logger.debug(
            LogEvent.DATAGRAM_UNANSWERED, "datagram with a malformed line from {}", peer.address());
      }
      if (answers.isReadable()) {
        peer.reply(answers);
      }
    } finally {
      splitter.end();
      answers.release();
    }
  }

  /** Answers every line; returns whether none was malformed. */
  private boolean answer(ByteBuf input, Supplier<PeerIdentity> peer, ByteBuf answers) {
    boolean wellFormed = true;
    while (true) {
      int before = answers.writerIndex();
      Found found = input.isReadable() ? splitter.next(input) : Found.NOTHING;
      if (found == Found.NOTHING) {
        found = splitter.end();
      }
      switch (found) {
        case NOTHING -> {
          return wellFormed;
        }
        case TOO_LONG -> {
          wellFormed = false;
          AnswerWriter.write(service.tooLong(), answers);
        }
        case LINE -> {
          Line line = RequestParser.parse(splitter.line(), splitter.length());
          if (before == 0 && isAnswer(line)) {
            return false;
          }
          wellFormed &= !(line instanceof Line.Malformed);
          AnswerWriter.write(service.answer(line, peer), answers);
        }
      }
      if (answers.writerIndex() > ROOM) {
        answers.writerIndex(before);
        AnswerWriter.write(FULL, answers);
        return wellFormed;
      }
    }
  }

  private static boolean isAnswer(Line line) {
    return line instanceof Line.Request(String name, _)
        && (name.equals("OK") || name.equals("ERR"));
  }
}
