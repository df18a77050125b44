package io.plenum.protocol.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever the bytes: a reason or null, no exception, and never more work than the bytes can ask for. */
class RtcpMutationTest {
  private static final int MUTATIONS = 200_000;

  private final RtcpReader reader = new RtcpReader();

  /** Reads all that it is shown, so that a view with wrong borders is found out. */
  private static final class Toucher implements RtcpHandler {
    private long calls;

    @Override
    public void onReportBlock(int senderSsrc, ReportBlock block) {
      calls++;
    }

    @Override
    public void onCname(int ssrc, byte[] bytes, int offset, int length) {
      assertTrue(offset >= 0 && length >= 0 && offset + length <= bytes.length);
      calls++;
    }

    @Override
    public void onBye(int ssrc) {
      calls++;
    }

    @Override
    public void onDlrr(int senderSsrc, int ssrc, long lastReceiverReport, long delaySinceLastReceiverReport) {
      calls++;
    }

    @Override
    public void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
      calls++;
    }

    @Override
    public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
      calls++;
    }

    @Override
    public void onRemb(Remb remb) {
      assertTrue(remb.bitrateBps() >= 0);
      for (int i = 0; i < remb.ssrcCount(); i++) {
        remb.ssrc(i);
        calls++;
      }
    }

    @Override
    public void onTransportFeedback(TransportFeedback feedback) {
      int received = 0;
      int last = -1;
      while (feedback.next()) {
        assertTrue(feedback.index() > last && feedback.index() < feedback.statusCount());
        last = feedback.index();
        received++;
        calls++;
      }
      assertEquals(feedback.receivedCount(), received);
    }
  }

  private static List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>(RtcpCapture.seeds());
    List<byte[]> captured = RtcpCapture.datagrams("chromium-goog-remb.pcap");
    seeds.addAll(captured.subList(0, 30));
    return seeds;
  }

  private void read(byte[] datagram) {
    Toucher toucher = new Toucher();
    try {
      reader.read(datagram, 0, datagram.length, toucher);
    } catch (RuntimeException e) {
      throw new AssertionError("reading " + HexFormat.of().formatHex(datagram), e);
    }
    assertTrue(toucher.calls <= datagram.length, "one call a byte is more than any format asks for");
  }

  @Test
  void noPublicSeedOrCrashInputThrows() {
    List<byte[]> seeds = RtcpCapture.seeds();
    assertEquals(90, seeds.size());
    seeds.forEach(this::read);
  }

  @Test
  void noTruncationThrows() {
    for (byte[] seed : seeds()) {
      for (int length = 0; length <= seed.length; length++) {
        read(Arrays.copyOf(seed, length));
      }
    }
  }

  @Test
  void noMutationThrows() {
    List<byte[]> seeds = seeds();
    Random random = new Random(3550);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] datagram = seeds.get(random.nextInt(seeds.size())).clone();
      if (datagram.length == 0) {
        continue;
      }
      int changes = 1 + random.nextInt(4);
      for (int change = 0; change < changes; change++) {
        int at = random.nextInt(datagram.length);
        switch (random.nextInt(4)) {
          case 0 -> datagram[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> datagram[at] = (byte) random.nextInt(256);
          case 2 -> datagram[at] = (byte) (random.nextBoolean() ? 0xff : 0);
          default -> datagram = Arrays.copyOf(datagram, 4 * (1 + random.nextInt(datagram.length)));
        }
      }
      if (datagram.length >= 4 && random.nextInt(3) > 0) {
        // Make the outer length right again, or most never get past it.
        datagram = Arrays.copyOf(datagram, datagram.length & ~3);
        datagram[0] = (byte) (datagram[0] & 0x1f | 0x80);
        datagram[1] = (byte) (200 + random.nextInt(8));
        datagram[2] = (byte) (datagram.length / 4 - 1 >> 8);
        datagram[3] = (byte) (datagram.length / 4 - 1);
      }
      read(datagram);
    }
  }
}
