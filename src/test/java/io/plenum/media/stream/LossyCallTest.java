package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Publisher, router and receiver, all made of the real streams, over two links that lose, reorder and double. */
class LossyCallTest {
  private static final long MS = 1_000_000;
  private static final long SECOND = 1000 * MS;
  private static final int PACKETS_PER_SECOND = 200;

  private record Event(long atNs, long order, Runnable run) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      return atNs != other.atNs ? Long.compare(atNs, other.atNs) : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Event> events = new PriorityQueue<>();
  private long nowNs;
  private long order;
  private Random random;
  private int lossPercent;
  private boolean impaired;

  private void at(long timeNs, Runnable run) {
    events.add(new Event(timeNs, order++, run));
  }

  /** One way over a link: 30 ms, up to 25 ms more for one packet in ten, 2 % come twice. */
  private void carry(Runnable delivery) {
    if (impaired && random.nextInt(100) < lossPercent) {
      return;
    }
    long delayNs = 30 * MS + (impaired && random.nextInt(10) == 0 ? random.nextInt(25) * MS : 0);
    at(nowNs + delayNs, delivery);
    if (impaired && random.nextInt(50) == 0) {
      at(nowNs + delayNs + 3 * MS, delivery);
    }
  }

  /** A sending end, and the receiving end of the link it sends over. */
  private final class Hop implements ReceiveStream.Sink {
    final int ssrc;
    final SendStream sender;
    final ReceiveStream receiver;
    final BiConsumer<RtpPacket, Long> accepted;
    final SenderClock clock = new SenderClock(90_000);
    private final byte[] out = new byte[2000];
    long resentBytes;

    Hop(int ssrc, SendSource source, BiConsumer<RtpPacket, Long> accepted) {
      this.ssrc = ssrc;
      this.accepted = accepted;
      sender = new SendStream(SendStreamOptions.video(ssrc, 96, random.nextInt(65_536), false)
          .withRtx(ssrc + 1, 97, random.nextInt(65_536)), SingleStreamSelector.audio(false), source);
      receiver = new ReceiveStream(ReceiveStreamOptions.video(ssrc), this);
      receiver.setRtxSsrc(ssrc + 1);
      receiver.onRtt(80 * MS);
    }

    void forward(RoutedPacket packet) {
      int length = sender.write(packet, 0, out, 0, nowNs);
      while (length > 0) {
        send(length);
        length = sender.writeHeld(out, 0, nowNs);
      }
    }

    private void send(int length) {
      byte[] datagram = Arrays.copyOf(out, length);
      carry(() -> receive(datagram.clone()));
    }

    private void receive(byte[] datagram) {
      RtpPacket packet = RtpBytes.view(datagram);
      Acceptance acceptance;
      if (packet.ssrc() == ssrc) {
        acceptance = receiver.onRtp(packet, nowNs);
      } else {
        assertEquals(ssrc + 1, packet.ssrc());
        Bytes.put16(datagram, 2, Bytes.u16(datagram, 12));
        Bytes.put32(datagram, 8, ssrc);
        System.arraycopy(datagram, 14, datagram, 12, datagram.length - 14);
        packet = RtpBytes.view(datagram, 0, datagram.length - 2);
        acceptance = receiver.onRtx(packet, nowNs);
      }
      if (acceptance.accepted()) {
        accepted.accept(packet, receiver.sequence());
      }
    }

    /** Both directions of RTCP, once a second. */
    void report() {
      SenderInfo info = new SenderInfo();
      if (sender.fillSenderInfo(info, nowNs, nowNs)) {
        carry(() -> {
          receiver.onSenderReport(info.ntpTime, nowNs);
          clock.onSenderReport(info.ntpTime, info.rtpTimestamp, nowNs);
        });
      }
      ReportBlock block = new ReportBlock();
      receiver.fillReportBlock(block, nowNs);
      carry(() -> sender.onReportBlock(block, nowNs));
    }

    @Override
    public void requestRetransmission(int mediaSsrc, int[] sequenceNumbers, int count) {
      int[] numbers = Arrays.copyOf(sequenceNumbers, count);
      carry(() -> sender.onNack(numbers, count, out, 0, nowNs, (packet, bytes, offset, length) -> {
        resentBytes += length;
        send(length);
      }));
    }

    @Override
    public void requestKeyFrame(int mediaSsrc) {}

    @Override
    public void scoreChanged(int mediaSsrc, int score) {}

    @Override
    public void activeChanged(int mediaSsrc) {}
  }

  @ParameterizedTest(name = "seed {0}, {1} % lost")
  @CsvSource({"1, 5", "2, 10", "3, 10", "42, 8"})
  void everyPacketArrivesAfterRepair(long seed, int lossPercent) {
    random = new Random(seed);
    this.lossPercent = lossPercent;
    TreeMap<Long, Integer> received = new TreeMap<>();
    Source producer = new Source(90_000);
    Source routed = new Source(90_000);
    Hop[] hops = new Hop[2];
    hops[1] = new Hop(0x2000, routed.source, (packet, sequence) ->
        assertEquals(null, received.put(sequence, Bytes.i32(packet.bytes(), packet.payloadOffset()))));
    hops[0] = new Hop(0x1000, producer.source, (packet, sequence) ->
        hops[1].forward(routed.route(packet, sequence, nowNs)));

    int count = 180 * PACKETS_PER_SECOND;
    for (int i = 0; i < count; i++) {
      int index = i;
      at(i * SECOND / PACKETS_PER_SECOND, () -> {
        // Nobody can know of packets before the first that came, nor of those after the last.
        impaired = index > 10 && index < count - 2 * PACKETS_PER_SECOND;
        int[] payload = new int[500];
        for (int b = 0; b < 4; b++) {
          payload[b] = index >> 24 - 8 * b;
        }
        hops[0].forward(producer.route(100_000 + index, index / 4 * 1800L, index % 4 == 3, nowNs, payload));
      });
    }
    producer.clock.onSenderReport(0xe000_0000_0000_0000L, 0, 0);
    for (int second = 1; second < 180; second++) {
      at(second * SECOND, () -> {
        hops[0].report();
        routed.clock.onSenderReport(0xe000_0000_0000_0000L + NtpTime.fromNs(nowNs), nowNs / 100_000 * 9, nowNs);
        hops[1].report();
      });
    }
    run(hops);

    assertEquals(count, received.size(), "seed " + seed);
    int expected = 0;
    for (int index : received.values()) {
      assertEquals(expected++, index, "seed " + seed + ": order");
    }
    for (Hop hop : hops) {
      OutboundRtpStats stats = hop.sender.stats(nowNs);
      assertTrue(hop.resentBytes * 100 <= stats.byteCount() * 30, "seed " + seed + ": " + stats);
      assertTrue(hop.receiver.stats(nowNs).packetsRepaired() > count * (lossPercent - 2) / 100);
      assertEquals(80, stats.roundTripTimeMs(), 30);
      assertTrue(stats.packetsLost() > 0);
      assertNotNull(stats.rtxSsrc());
    }
  }

  private void run(Hop[] hops) {
    while (true) {
      long deadlineNs = Long.MAX_VALUE;
      for (Hop hop : hops) {
        deadlineNs = Math.min(deadlineNs, hop.receiver.nextDeadlineNs());
      }
      Event next = events.peek();
      if (next == null && deadlineNs == Long.MAX_VALUE) {
        return;
      }
      if (next == null || deadlineNs < next.atNs) {
        assertTrue(deadlineNs >= nowNs - 100 * MS && deadlineNs < 1000 * SECOND, "a deadline that makes sense");
        nowNs = Math.max(nowNs, deadlineNs);
        for (Hop hop : hops) {
          hop.receiver.onTimeout(nowNs);
        }
      } else {
        events.poll();
        nowNs = next.atNs;
        next.run.run();
      }
    }
  }
}
