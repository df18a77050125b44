package io.plenum.protocol.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtcpWriterTest {
  private static final int OFFSET = 5;
  private static final int CAPACITY = 1200;

  private final byte[] bytes = new byte[1500];
  private final RtcpWriter writer = new RtcpWriter();

  @BeforeEach
  void begin() {
    Arrays.fill(bytes, (byte) 0xee);
    writer.begin(bytes, OFFSET, CAPACITY);
  }

  private List<String> read() {
    HeardRtcp heard = new HeardRtcp();
    assertNull(new RtcpReader().read(bytes, OFFSET, writer.length(), heard));
    return heard.lines;
  }

  private static SenderInfo senderInfo() {
    SenderInfo info = new SenderInfo();
    info.ssrc = 0x11111111;
    info.ntpTime = 0xffff_ffff_8000_0000L;
    info.rtpTimestamp = 0xffff_fffeL;
    info.packetCount = 0xffff_ffffL;
    info.octetCount = 4;
    return info;
  }

  private static ReportBlock block(int ssrc) {
    ReportBlock block = new ReportBlock();
    block.ssrc = ssrc;
    block.fractionLost = 255;
    block.cumulativeLost = -5;
    block.extendedHighestSequence = 0xffff_fff0L;
    block.jitter = 7;
    block.lastSenderReport = 0x8000_0000L;
    block.delaySinceLastSenderReport = 9;
    return block;
  }

  @Test
  void aCompoundIsReadAsItWasWritten() {
    TransportFeedbackBuilder feedback = new TransportFeedbackBuilder(200);
    feedback.begin(5, 128_000_000);
    feedback.add(6, 128_250_000);
    assertTrue(writer.senderReport(senderInfo()));
    assertTrue(writer.reportBlock(block(0x22222222)));
    assertTrue(writer.reportBlock(block(0x33333333)));
    assertTrue(writer.cname(0x11111111, "käse".getBytes(StandardCharsets.UTF_8)));
    assertTrue(writer.receiverReport(0x44444444));
    assertTrue(writer.extendedReport(0x11111111));
    assertTrue(writer.receiverReferenceTime(0x0102030405060708L));
    assertTrue(writer.dlrr(0x22222222, 0x8000_0001L, 65536));
    assertTrue(writer.pli(1, 2));
    assertTrue(writer.fir(1, 2, 255));
    assertTrue(writer.remb(1, 1_000_000, new int[] {2, 3}, 2));
    assertEquals(2, writer.nack(1, 2, new int[] {9, 65535, 0, 9}, 1, 2));
    assertTrue(writer.transportFeedback(1, 2, 260, feedback));
    assertTrue(writer.bye(0x11111111));
    assertEquals(List.of(
        "sr 11111111 ntp=ffffffff80000000 rtp=4294967294 packets=4294967295 octets=4",
        "block 11111111->22222222 fraction=255 lost=-5 highest=4294967280 jitter=7 lsr=2147483648 dlsr=9",
        "block 11111111->33333333 fraction=255 lost=-5 highest=4294967280 jitter=7 lsr=2147483648 dlsr=9",
        "cname 11111111 käse",
        "rr 44444444",
        "rrt 11111111 0102030405060708",
        "dlrr 11111111->22222222 lrr=2147483649 delay=65536",
        "pli 00000001->00000002",
        "fir 00000001->00000002 255",
        "remb 00000001 1000000 00000002 00000003",
        "nack 00000001->00000002 65535",
        "nack 00000001->00000002 0",
        "twcc 00000001->00000002 base=5 count=2 ref=2 fb=4 6+1",
        "bye 11111111"), read());
  }

  @Test
  void aReportHasThirtyOneBlocksAndNoMore() {
    assertTrue(writer.receiverReport(1));
    for (int i = 0; i < RtcpWriter.MAX_REPORT_BLOCKS; i++) {
      assertTrue(writer.reportBlock(block(i)));
    }
    assertFalse(writer.reportBlock(block(99)));
    assertEquals(32, read().size());
  }

  @Test
  void aBlockGoesToNothingButTheReportJustWritten() {
    assertFalse(writer.reportBlock(block(1)));
    writer.receiverReport(1);
    writer.cname(1, new byte[] {'a'});
    assertFalse(writer.reportBlock(block(1)));
    assertFalse(writer.receiverReferenceTime(1));
    writer.extendedReport(1);
    assertFalse(writer.reportBlock(block(1)));
    assertEquals(List.of("rr 00000001", "cname 00000001 a"), read());
  }

  @Test
  void nothingIsWrittenBeyondTheCapacity() {
    SenderInfo info = senderInfo();
    TransportFeedbackBuilder feedback = new TransportFeedbackBuilder(200);
    feedback.begin(5, 0);
    feedback.add(5, 0);
    for (int capacity = 0; capacity < 64; capacity++) {
      List<Runnable> packets = List.of(
          () -> writer.senderReport(info),
          () -> { if (writer.receiverReport(1)) writer.reportBlock(block(1)); },
          () -> writer.cname(1, new byte[20]),
          () -> writer.bye(1),
          () -> { if (writer.extendedReport(1)) { writer.receiverReferenceTime(1); writer.dlrr(1, 2, 3); } },
          () -> writer.nack(1, 2, new int[] {1, 100, 200, 300, 400, 500}, 0, 6),
          () -> writer.pli(1, 2),
          () -> writer.fir(1, 2, 3),
          () -> writer.remb(1, 2, new int[3], 3),
          () -> writer.transportFeedback(1, 2, 3, feedback));
      for (Runnable packet : packets) {
        Arrays.fill(bytes, (byte) 0xee);
        writer.begin(bytes, OFFSET, capacity);
        packet.run();
        assertTrue(writer.length() <= capacity);
        for (int i = OFFSET + writer.length(); i < bytes.length; i++) {
          assertEquals((byte) 0xee, bytes[i], "capacity " + capacity);
        }
        if (writer.length() > 0) {
          read();
        }
      }
    }
  }

  @Test
  void aNackAsksForExactlyTheGivenNumbers() {
    Random random = new Random(7);
    for (int round = 0; round < 2000; round++) {
      TreeSet<Integer> wanted = new TreeSet<>();
      int sequence = random.nextInt(65536);
      int count = 1 + random.nextInt(100);
      for (int i = 0; i < count; i++) {
        sequence += 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
        wanted.add(sequence);
      }
      int[] numbers = wanted.stream().mapToInt(n -> n & 0xffff).toArray();
      begin();
      assertEquals(numbers.length, writer.nack(1, 2, numbers, 0, numbers.length));
      List<String> expected = Arrays.stream(numbers).mapToObj(n -> "nack 00000001->00000002 " + n).toList();
      assertEquals(expected, read());
    }
  }

  @Test
  void aNackThatDoesNotFitSaysHowFarItCame() {
    int[] numbers = new int[50];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = 100 * i;
    }
    writer.begin(bytes, OFFSET, 12 + 4 * 10);
    assertEquals(10, writer.nack(1, 2, numbers, 0, numbers.length));
    assertEquals(10, read().size());
    assertEquals(0, writer.nack(1, 2, numbers, 10, 0));
  }

  @Test
  void aRembIsRoundedDownByLessThanOnePartIn131072() {
    for (long bitrate : new long[] {0, 1, 262_143, 262_144, 262_145, 999_999_999L, 1L << 40, Long.MAX_VALUE, -5}) {
      begin();
      assertTrue(writer.remb(1, bitrate, new int[0], 0));
      long read = Long.parseLong(read().get(0).split(" ")[2]);
      long meant = Math.max(0, bitrate);
      assertTrue(read <= meant && meant - read <= meant / 131_072, bitrate + " became " + read);
    }
  }

  @Test
  void aRembForMoreStreamsThanItsCountCanSayIsRefused() {
    assertFalse(writer.remb(1, 1, new int[300], RtcpWriter.MAX_REMB_SSRCS + 1));
    assertTrue(writer.remb(1, 1, new int[300], RtcpWriter.MAX_REMB_SSRCS));
  }

  @Test
  void cumulativeLossStaysWithinTwentyFourBits() {
    List<String> losses = new ArrayList<>();
    for (int lost : new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      ReportBlock block = block(2);
      block.cumulativeLost = lost;
      begin();
      writer.receiverReport(1);
      writer.reportBlock(block);
      losses.add(read().get(1).split(" ")[3]);
    }
    assertEquals(List.of("lost=-8388608", "lost=8388607"), losses);
  }
}
