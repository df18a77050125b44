package io.plenum.media.transport;

import io.plenum.media.congestion.RemoteBitrateEstimator;
import io.plenum.media.congestion.SimulatedLink;
import io.plenum.media.congestion.TransportCcReceiver;
import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.Producer;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A browser behind a bottleneck that receives and reports as it has negotiated: transport-cc, REMB, or not at all. */
final class SimulatedSubscriber implements RtpLink {
  private static final long MS = 1_000_000;
  private static final long BACK_DELAY_NS = 20 * MS;
  /** The clocks of two machines have nothing in common. */
  private static final long CLOCK_OFFSET_NS = 987_654_321_000L;

  private static final String TRANSPORT_CC_URI = KnownHeaderExtension.TRANSPORT_WIDE_CC.uri();
  private static final String ABS_SEND_TIME_URI = KnownHeaderExtension.ABS_SEND_TIME.uri();
  private static final int SSRC = 0;
  private static final int HIGHEST_BEFORE = 1;
  private static final int HIGHEST = 2;
  private static final int RECEIVED = 3;

  private record Arrival(byte[] bytes, long atNs) {}

  private final SimulatedRoom room;
  final RtpSession session;
  final SimulatedLink link;
  private final Downlink.Kind kind;
  private final Deque<Arrival> forth = new ArrayDeque<>();
  private final Deque<Arrival> back = new ArrayDeque<>();
  private final TransportCcReceiver transportCc = new TransportCcReceiver(
      (bytes, offset, length) -> reply(Arrays.copyOfRange(bytes, offset, offset + length)));
  private final RemoteBitrateEstimator remb = new RemoteBitrateEstimator(this::sendRemb);
  private final RtpPacket packet = new RtpPacket();
  private final Map<Integer, int[]> reception = new TreeMap<>();
  private long nextReportNs;
  /** It says nothing by itself; a test speaks for it. */
  boolean silent;
  final List<byte[]> probation = new ArrayList<>();
  final List<byte[]> media = new ArrayList<>();
  long sent;
  long lost;
  long bytes;

  SimulatedSubscriber(SimulatedRoom room, Downlink.Kind kind, SimulatedLink link) {
    this.room = room;
    this.kind = kind;
    this.link = link;
    this.session = room.session(this);
    this.nextReportNs = room.now;
    session.onConnected(room.now);
  }

  Consumer consume(Producer producer) {
    return consume(producer, 1, -1);
  }

  Consumer consume(Producer producer, int priority, int preferredSpatialLayer) {
    Consumer consumer = session.consume(ConsumerOptions.paused(
        "consumer" + room.nextNumber(), producer.id(), capabilities(), Map.of()), room.now);
    consumer.setPriority(priority);
    if (preferredSpatialLayer >= 0) {
      consumer.setPreferredLayers(preferredSpatialLayer, -1, room.now);
    }
    consumer.resume(room.now);
    return consumer;
  }

  private RtpCapabilities capabilities() {
    RtpCapabilities all = room.router.rtpCapabilities();
    return new RtpCapabilities(all.codecs(), all.headerExtensions().stream()
        .filter(e -> kind == Downlink.Kind.TRANSPORT_CC || !e.uri().equals(TRANSPORT_CC_URI))
        .filter(e -> kind != Downlink.Kind.NONE || !e.uri().equals(ABS_SEND_TIME_URI))
        .toList());
  }

  /** Once a millisecond. */
  void step() {
    while (!forth.isEmpty() && forth.peek().atNs <= room.now) {
      Arrival arrival = forth.poll();
      onArrival(arrival.bytes, arrival.atNs + CLOCK_OFFSET_NS);
    }
    if (kind == Downlink.Kind.TRANSPORT_CC) {
      transportCc.onTimeout(room.now + CLOCK_OFFSET_NS);
    } else if (kind == Downlink.Kind.REMB) {
      remb.onTimeout(room.now + CLOCK_OFFSET_NS);
    }
    if (room.now >= nextReportNs) {
      nextReportNs += 1_000 * MS;
      report();
    }
    while (!back.isEmpty() && back.peek().atNs <= room.now) {
      byte[] rtcp = back.poll().bytes;
      session.onRtcp(rtcp, 0, rtcp.length, room.now);
    }
  }

  /** An RR about each media stream, every second. */
  private void report() {
    RtcpWriter writer = new RtcpWriter();
    ReportBlock block = new ReportBlock();
    for (int[] counts : reception.values()) {
      int expected = Math.max(1, counts[HIGHEST] - counts[HIGHEST_BEFORE]);
      block.ssrc = counts[SSRC];
      block.fractionLost = Math.max(0, Math.min(255, 256 * (expected - counts[RECEIVED]) / expected));
      counts[HIGHEST_BEFORE] = counts[HIGHEST];
      counts[RECEIVED] = 0;
      byte[] out = new byte[200];
      writer.begin(out, 0, out.length);
      writer.receiverReport(1);
      writer.reportBlock(block);
      reply(Arrays.copyOf(out, writer.length()));
    }
  }

  private void count(int ssrc, int sequenceNumber) {
    int[] counts = reception.computeIfAbsent(ssrc, s -> new int[] {s, sequenceNumber - 1, sequenceNumber, 0});
    counts[HIGHEST] = Math.max(counts[HIGHEST], counts[HIGHEST] + (short) (sequenceNumber - counts[HIGHEST]));
    counts[RECEIVED]++;
  }

  private void onArrival(byte[] rtp, long nowNs) {
    packet.parse(rtp, 0, rtp.length);
    bytes += rtp.length;
    if (packet.ssrc() != Probation.SSRC) {
      count(packet.ssrc(), packet.sequenceNumber());
    }
    int number = packet.extensionOffset(KnownHeaderExtension.TRANSPORT_WIDE_CC.id());
    int sendTime = packet.extensionOffset(KnownHeaderExtension.ABS_SEND_TIME.id());
    if (number >= 0) {
      transportCc.onPacket(packet.ssrc(), Bytes.u16(rtp, number), nowNs);
    }
    if (sendTime >= 0) {
      remb.onPacket(Bytes.u24(rtp, sendTime), rtp.length, nowNs);
    }
  }

  private void sendRemb(long bps) {
    if (!silent) {
      reply(remb(bps));
    }
  }

  static byte[] remb(long bps) {
    RtcpWriter writer = new RtcpWriter();
    byte[] out = new byte[200];
    writer.begin(out, 0, out.length);
    writer.remb(1, bps, new int[] {1}, 1);
    return Arrays.copyOf(out, writer.length());
  }

  void reply(byte[] rtcp) {
    back.add(new Arrival(rtcp, room.now + BACK_DELAY_NS));
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public void sendRtp(byte[] rtp, int offset, int headerLength, int length, long nowNs) {
    byte[] copy = Arrays.copyOfRange(rtp, offset, offset + length);
    (Bytes.i32(copy, 8) == Probation.SSRC ? probation : media).add(copy);
    sent++;
    long arrivalNs = link.send(length + 16 + 28, nowNs);
    if (arrivalNs < 0) {
      lost++;
    } else {
      forth.add(new Arrival(copy, arrivalNs));
    }
  }

  @Override
  public void sendRtcp(byte[] rtcp, int offset, int length, long nowNs) {}
}
