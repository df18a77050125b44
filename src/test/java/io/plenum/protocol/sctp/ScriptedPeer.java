package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.sctp.packet.SackChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Speaks to one association chunk by chunk, as a test tells it to: also what no honest peer would say. */
final class ScriptedPeer {
  static final int TAG = 0x11223344;
  static final int INITIAL_TSN = 1_000;
  /** A chunk that the association sent. */
  record Chunk(int tag, int type, int flags, byte[] value) {}

  final RecordingSctpSink sink = new RecordingSctpSink();
  final SctpAssociation association;
  final List<Chunk> chunks = new ArrayList<>();
  final PacketWriter out = new PacketWriter(SctpOptions.DATA_CHANNEL_PORT, SctpOptions.DATA_CHANNEL_PORT, 2_000);
  private final PacketReader reader = new PacketReader();
  /** What the association wants to see in our packets. */
  int remoteTag;
  int remoteInitialTsn;
  byte[] cookie;
  long nowNs;

  ScriptedPeer(SctpOptions options) {
    association = new SctpAssociation(options, new SplittableRandom(9260), sink);
    sink.wire = this::onPacket;
  }

  private void onPacket(byte[] packet) {
    if (reader.parse(packet, 0, packet.length, true) != null) {
      throw new AssertionError("the association sent a malformed packet");
    }
    while (reader.nextChunk()) {
      chunks.add(new Chunk(reader.verificationTag(), reader.chunkType(), reader.chunkFlags(),
          Arrays.copyOfRange(packet, reader.valueOffset(), reader.valueOffset() + reader.valueLength())));
      if (reader.chunkType() == ChunkType.INIT_ACK || reader.chunkType() == ChunkType.INIT) {
        InitChunk init = new InitChunk();
        if (init.parse(reader) != null) {
          throw new AssertionError("the association sent a malformed INIT");
        }
        remoteTag = init.initiateTag();
        remoteInitialTsn = init.initialTsn();
        cookie = Arrays.copyOfRange(packet, init.cookieOffset(), init.cookieOffset() + init.cookieLength());
      }
    }
  }

  /** One packet with the right tag. */
  void send(Consumer<PacketWriter> chunks) {
    sendTagged(remoteTag, chunks);
  }

  void sendTagged(int tag, Consumer<PacketWriter> chunks) {
    out.begin(tag);
    chunks.accept(out);
    association.onPacket(out.bytes(), 0, out.finish(false), nowNs);
  }

  void sendInit(int tag, int initialTsn, Capabilities capabilities) {
    sendTagged(0, packet -> {
      InitChunk.writeBegin(packet, ChunkType.INIT, tag, 1 << 20, 65_535, 65_535, initialTsn, capabilities);
      InitChunk.writeEnd(packet);
    });
  }

  void sendCookieEcho() {
    send(packet -> packet.putChunk(ChunkType.COOKIE_ECHO, 0, cookie, 0, cookie.length));
  }

  ScriptedPeer established(Capabilities capabilities) {
    sendInit(TAG, INITIAL_TSN, capabilities);
    sendCookieEcho();
    if (association.state() != SctpState.ESTABLISHED) {
      throw new AssertionError(association.state());
    }
    return this;
  }

  ScriptedPeer established() {
    return established(new Capabilities(true, false, true, false));
  }

  void chunk(int type, int flags, byte... value) {
    send(packet -> packet.putChunk(type, flags, value, 0, value.length));
  }

  static void data(PacketWriter packet, int flags, int tsn, int streamId, int number, byte[] payload) {
    DataChunk.write(packet, false, flags, tsn, streamId, number, 0, 53, payload, 0, payload.length);
  }

  void data(int flags, int tsn, int streamId, int number, byte[] payload) {
    send(packet -> data(packet, flags, tsn, streamId, number, payload));
  }

  void sack(int cumulativeTsn, long window, int... gaps) {
    send(packet -> SackChunk.write(packet, cumulativeTsn, window, gaps, gaps.length / 2, new int[0], 0));
  }

  long count(int type) {
    return chunks.stream().filter(chunk -> chunk.type == type).count();
  }

  Chunk last(int type) {
    return chunks.stream().filter(chunk -> chunk.type == type).reduce((one, next) -> next).orElseThrow();
  }

  /** Lets the association's deadlines pass until then. */
  void run(long untilNs) {
    while (association.nextDeadlineNs() <= untilNs) {
      if (association.nextDeadlineNs() < nowNs) {
        throw new AssertionError("a deadline in the past: the loop would spin");
      }
      nowNs = association.nextDeadlineNs();
      association.onTimeout(nowNs);
    }
    nowNs = Math.max(nowNs, untilNs);
  }
}
