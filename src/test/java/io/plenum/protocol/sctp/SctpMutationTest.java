package io.plenum.protocol.sctp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtp.Mutations;
import io.plenum.protocol.sctp.packet.Capabilities;
import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.ReConfigChunk;
import io.plenum.protocol.sctp.packet.SackChunk;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nothing that comes from the network throws. {@code -Dplenum.fuzzMinutes=10} goes on for so long with ever new seeds.
 */
class SctpMutationTest {
  private static final int COUNT = 20_000;
  private static final long MINUTE_NS = 60_000_000_000L;

  private static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>(PacketSeeds.corpus());
    seeds.addAll(PacketSeeds.own(true));
    seeds.addAll(PacketSeeds.own(false));
    return seeds;
  }

  @Test
  void packetsOfOtherStacksAreReadAndTakenByANewAssociationWithoutHarm() {
    List<byte[]> corpus = PacketSeeds.corpus();
    assertEquals(13, corpus.size());
    int wellFormed = 0;
    for (byte[] packet : corpus) {
      PacketReader reader = new PacketReader();
      int[] chunks = new int[1];
      byte[] summed = packet.clone();
      PacketSeeds.makeRight(summed, 0, summed.length, 1);
      if (reader.parse(summed, 0, summed.length, false) == null) {
        wellFormed++;
        readAll(reader, chunks);
        assertTrue(chunks[0] > 0);
      }
      for (SctpState state : new SctpState[] {SctpState.CLOSED, SctpState.ESTABLISHED}) {
        ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels());
        if (state == SctpState.ESTABLISHED) {
          peer.established();
        }
        peer.association.onPacket(packet, 0, packet.length, 0);
        byte[] right = packet.clone();
        PacketSeeds.makeRight(right, 0, right.length, peer.remoteTag);
        peer.association.onPacket(right, 0, right.length, 0);
      }
    }
    assertEquals(11, wellFormed, "two are cut off in the middle of a chunk");
  }

  @Test
  void aMutatedPacketNeverThrows() {
    parsers(1, COUNT);
  }

  private static void parsers(long seed, int count) {
    PacketReader reader = new PacketReader();
    int[] chunks = new int[1];
    Mutations.run(seeds(), count, seed, (bytes, offset, length) -> {
      PacketSeeds.makeRight(bytes, offset, length, 1);
      if (reader.parse(bytes, offset, length, false) == null) {
        readAll(reader, chunks);
      }
    });
    assertTrue(chunks[0] > count / 10, "too few came through: " + chunks[0]);
  }

  /** Each chunk by every parser, whatever its type. */
  private static void readAll(PacketReader reader, int[] chunks) {
    while (reader.nextChunk()) {
      chunks[0]++;
      DataChunk data = new DataChunk();
      if (data.parse(reader) == null) {
        data.copyPayload();
        data.fragmentNumber();
        data.payloadProtocolId();
      }
      SackChunk sack = new SackChunk();
      if (sack.parse(reader) == null) {
        for (int i = 0; i < sack.gapBlocks(); i++) {
          sack.gapStart(i);
          sack.gapEnd(i);
        }
        for (int i = 0; i < sack.duplicates(); i++) {
          sack.duplicate(i);
        }
      }
      ForwardTsnChunk forward = new ForwardTsnChunk();
      if (forward.parse(reader) == null) {
        for (int i = 0; i < forward.skippedStreams(); i++) {
          forward.streamId(i);
          forward.unordered(i);
          forward.messageNumber(i);
        }
      }
      InitChunk init = new InitChunk();
      if (init.parse(reader) == null) {
        assertNotNull(init.capabilities());
        assertTrue(init.cookieOffset() + init.cookieLength() <= reader.bytes().length);
      }
      new ReConfigChunk().parse(reader);
      assertNotNull(ErrorCause.describe(reader));
    }
  }

  @Test
  void noMutationOfACookieIsTakenForOneOfOurs() {
    cookies(2, COUNT);
  }

  private static void cookies(long seed, int count) {
    StateCookie cookies = new StateCookie(new SplittableRandom(seed));
    Agreement agreement = new Agreement(1, 2, 3, 4, 5, 6, 7, Capabilities.NONE);
    byte[] cookie = cookies.seal(new StateCookie.Content(agreement, 8, 9));
    assertEquals(agreement, cookies.open(cookie, 0, cookie.length).agreement());
    Mutations.run(List.of(cookie), count, seed, (bytes, offset, length) -> {
      if (!Arrays.equals(bytes, offset, offset + length, cookie, 0, cookie.length)) {
        assertNull(cookies.open(bytes, offset, length));
      }
    });
  }

  /** 5236: behind a SACK with many holes there was no room for the FORWARD-TSN. */
  @ParameterizedTest
  @ValueSource(longs = {3, 5236})
  void anAssociationInAnyStateBearsWhateverItsPeerSays(long seed) {
    associations(seed, COUNT);
  }

  private static final Capabilities[] KINDS = {
    Capabilities.NONE, new Capabilities(true, false, true, false), new Capabilities(true, true, true, true)
  };

  /** A peer that knows the tag sends broken packets in a row to one association, which meanwhile sends on its own. */
  private static void associations(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    ScriptedPeer[] peer = new ScriptedPeer[1];
    int[] sinceNew = new int[1];
    int[] survived = new int[1];
    Mutations.run(seeds(), count, seed, (bytes, offset, length) -> {
      if (peer[0] == null || peer[0].association.state() == SctpState.ENDED
          || sinceNew[0]++ > (peer[0].association.state() == SctpState.ESTABLISHED ? 500 : 20)) {
        peer[0] = newPeer(random);
        sinceNew[0] = 0;
      }
      feed(peer[0], random, bytes, offset, length);
      survived[0] += peer[0].association.state() == SctpState.ESTABLISHED ? 1 : 0;
    });
    assertTrue(survived[0] > count / 5, "too few met an open association: " + survived[0]);
  }

  private static ScriptedPeer newPeer(SplittableRandom random) {
    ScriptedPeer peer = new ScriptedPeer(SctpOptions.ofDataChannels().withBufferBytes(100_000, 50_000, 400_000));
    int kind = random.nextInt(KINDS.length + 2);
    if (kind < KINDS.length) {
      peer.established(KINDS[kind]);
    } else if (kind == KINDS.length) {
      peer.association.connect(0);
    }
    peer.sink.onMessage = message -> peer.association.send(
        message.streamId(), 53, message.payload(), SendOptions.RELIABLE_UNORDERED, peer.nowNs);
    return peer;
  }

  private static void feed(ScriptedPeer peer, SplittableRandom random, byte[] bytes, int offset, int length) {
    SctpAssociation association = peer.association;
    byte[] payload = new byte[1 + random.nextInt(3_000)];
    association.send(random.nextInt(4), 53, payload,
        new SendOptions(random.nextBoolean(), random.nextInt(3) == 0 ? 40_000_000 : SendOptions.UNLIMITED,
            SendOptions.UNLIMITED), peer.nowNs);
    if (random.nextInt(50) == 0) {
      association.resetStreams(new int[] {random.nextInt(4)}, peer.nowNs);
    }
    if (random.nextInt(200) == 0) {
      association.shutdown(peer.nowNs);
    }
    PacketSeeds.makeRight(bytes, offset, length, peer.remoteTag);
    bringNear(peer, bytes, offset, length);
    boolean isInit = firstType(bytes, offset, length) == ChunkType.INIT;
    PacketSeeds.makeRight(bytes, offset, length, isInit ? 0 : peer.remoteTag);
    long packetsBefore = peer.sink.packets;
    association.onPacket(bytes, offset, length, peer.nowNs);
    long caused = peer.sink.packets - packetsBefore;
    assertTrue(caused < 200, "one packet made us send " + caused);
    peer.run(peer.nowNs + random.nextLong(50_000_000));
    peer.chunks.clear();
    peer.sink.messages.clear();
    peer.sink.told.clear();
    if (association.transfer() != null) {
      assertTrue(association.transfer().waiting() >= 0 && association.transfer().waiting() < 402_000);
      assertTrue(association.transfer().flight() >= 0);
    }
    assertTrue(association.totalBufferedAmount() >= 0 && association.totalBufferedAmount() <= 100_000);
  }

  private static int firstType(byte[] bytes, int offset, int length) {
    return length < 16 ? -1 : bytes[offset + 12];
  }

  /** Numbers of the seed's association would all be out of the window: those of this one take their place. */
  private static void bringNear(ScriptedPeer peer, byte[] bytes, int offset, int length) {
    PacketReader reader = new PacketReader();
    if (reader.parse(bytes, offset, length, false) != null) {
      return;
    }
    while (reader.nextChunk()) {
      int at = reader.valueOffset();
      if (reader.valueLength() < 4) {
        continue;
      }
      int low = Bytes.u8(bytes, at + 3);
      switch (reader.chunkType()) {
        case ChunkType.DATA, ChunkType.I_DATA -> {
          Bytes.put32(bytes, at, ScriptedPeer.INITIAL_TSN + low);
          if (reader.valueLength() >= 6) {
            Bytes.put16(bytes, at + 4, Bytes.u16(bytes, at + 4) & 7);
          }
        }
        case ChunkType.FORWARD_TSN, ChunkType.I_FORWARD_TSN -> Bytes.put32(bytes, at, ScriptedPeer.INITIAL_TSN + low);
        case ChunkType.SACK -> Bytes.put32(bytes, at, peer.remoteInitialTsn + low / 4 - 1);
        default -> { }
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "plenum.fuzzMinutes", matches = "\\d+")
  void goesOnForAsLongAsIsWanted() {
    long endNs = System.nanoTime() + Long.getLong("plenum.fuzzMinutes") * MINUTE_NS;
    for (long seed = 100; System.nanoTime() < endNs; seed++) {
      parsers(seed, COUNT);
      cookies(seed, COUNT);
      associations(seed, COUNT);
      io.plenum.protocol.sctp.dcep.DcepMessageTest.mutations(seed, COUNT);
    }
  }
}
