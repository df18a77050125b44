package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.wire.Malformed;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpFramingTest {
  private final List<byte[]> frames = new ArrayList<>();
  private final List<byte[]> arrays = new ArrayList<>();
  private final TcpFraming framing = new TcpFraming(2048, (bytes, offset, length) -> {
    frames.add(Arrays.copyOfRange(bytes, offset, offset + length));
    arrays.add(bytes);
  });

  private static byte[] stream(byte[]... packets) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] length = new byte[TcpFraming.LENGTH_BYTES];
    for (byte[] packet : packets) {
      TcpFraming.putLength(length, 0, packet.length);
      out.writeBytes(length);
      out.writeBytes(packet);
    }
    return out.toByteArray();
  }

  private static byte[] packet(int length, int seed) {
    byte[] packet = new byte[length];
    new SplittableRandom(seed).nextBytes(packet);
    return packet;
  }

  private void assertFrames(byte[]... expected) {
    assertEquals(expected.length, frames.size());
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], frames.get(i), "frame " + i);
    }
  }

  @Test
  void framesThatLieWholeInAChunkAreHandedOutWhereTheyAre() {
    byte[] first = packet(100, 1);
    byte[] second = packet(1200, 2);
    byte[] chunk = stream(first, second);
    assertNull(framing.onBytes(chunk, 0, chunk.length));
    assertFrames(first, second);
    assertSame(chunk, arrays.get(0));
    assertSame(chunk, arrays.get(1));
    assertEquals(0, framing.bufferBytes());
  }

  @Test
  void aFrameWhoseLengthCameBeforeIsNotCopiedEither() {
    byte[] packet = packet(300, 1);
    byte[] bytes = stream(packet);
    framing.onBytes(bytes, 0, 2);
    framing.onBytes(bytes, 2, 300);
    assertFrames(packet);
    assertSame(bytes, arrays.get(0));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100, 1201, 1202, 1203, 5000})
  void chunksOfAnySizeGiveTheSameFrames(int chunkBytes) {
    byte[][] packets = {packet(1, 1), packet(1200, 2), packet(2048, 3), packet(255, 4), packet(256, 5), packet(2, 6)};
    byte[] bytes = stream(packets);
    for (int offset = 0; offset < bytes.length; offset += chunkBytes) {
      assertNull(framing.onBytes(bytes, offset, Math.min(chunkBytes, bytes.length - offset)));
    }
    assertFrames(packets);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42})
  void randomChunksGiveTheSameFrames(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[][] packets = new byte[500][];
    for (int i = 0; i < packets.length; i++) {
      packets[i] = packet(1 + random.nextInt(2048), i);
    }
    byte[] bytes = stream(packets);
    for (int offset = 0; offset < bytes.length; ) {
      int length = Math.min(1 + random.nextInt(3000), bytes.length - offset);
      // In an array of its own, which is overwritten afterwards: nothing may be kept by reference.
      byte[] chunk = Arrays.copyOfRange(bytes, offset, offset + length);
      assertNull(framing.onBytes(chunk, 0, length));
      Arrays.fill(chunk, (byte) 0);
      offset += length;
    }
    assertFrames(packets);
  }

  @Test
  void nullPacketsAreSkipped() {
    byte[] packet = packet(10, 1);
    byte[] bytes = stream(new byte[0], packet, new byte[0], new byte[0], packet);
    assertNull(framing.onBytes(bytes, 0, bytes.length));
    assertFrames(packet, packet);
  }

  @Test
  void aFrameOverTheLimitEndsTheConnection() {
    byte[] good = packet(2048, 1);
    byte[] bytes = stream(good, new byte[2049], good);
    assertEquals(Malformed.TOO_LONG, framing.onBytes(bytes, 0, bytes.length));
    assertFrames(good);
    byte[] more = stream(good);
    assertEquals(Malformed.TOO_LONG, framing.onBytes(more, 0, more.length));
    assertFrames(good);
  }

  @Test
  void whatIsKeptGrowsWithTheBytesThatCameAndNeverOverTheLimit() {
    byte[] bytes = stream(packet(2048, 1));
    framing.onBytes(bytes, 0, 3);
    assertTrue(framing.bufferBytes() <= 256, framing.bufferBytes() + " bytes kept for one that came");
    for (int i = 3; i < bytes.length; i++) {
      framing.onBytes(bytes, i, 1);
      assertTrue(framing.bufferBytes() <= 2048);
    }
    assertEquals(1, frames.size());
  }

  @Test
  void aStreamOfNoiseEndsOrGivesFramesButNeverThrows() {
    SplittableRandom random = new SplittableRandom(4571);
    for (int i = 0; i < 2_000; i++) {
      frames.clear();
      arrays.clear();
      int limit = 1 + random.nextInt(2048);
      TcpFraming noisy = new TcpFraming(limit, (bytes, offset, length) -> frames.add(new byte[length]));
      byte[] noise = new byte[400];
      random.nextBytes(noise);
      for (int j = 0; j + 1 < noise.length; j += 1 + random.nextInt(40)) {
        noise[j] &= 3;
      }
      for (int offset = 0; offset < noise.length; offset += 20) {
        noisy.onBytes(noise, offset, 20);
      }
      int total = frames.stream().mapToInt(frame -> frame.length).sum();
      assertTrue(total <= noise.length);
    }
  }

  @Test
  void aLimitThatTwoBytesCannotSayIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new TcpFraming(65_536, (bytes, offset, length) -> {}));
    assertThrows(IllegalArgumentException.class, () -> new TcpFraming(0, (bytes, offset, length) -> {}));
    byte[] largest = packet(65_535, 1);
    byte[] bytes = stream(largest);
    List<Integer> lengths = new ArrayList<>();
    TcpFraming wide = new TcpFraming(TcpFraming.MAX_FRAME_BYTES, (b, offset, length) -> lengths.add(length));
    assertNull(wide.onBytes(bytes, 0, 40_000));
    assertNull(wide.onBytes(bytes, 40_000, bytes.length - 40_000));
    assertEquals(List.of(65_535), lengths);
  }
}
