package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.protocol.rtp.HeaderExtensionUri;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpVectors;
import io.plenum.protocol.rtp.codec.Av1Payload;
import io.plenum.protocol.rtp.codec.DescribedPayload;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.wire.Bytes;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.VirtualTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * AV1 in three spatial layers as Chromium sends it, when the packet with the dependency descriptor's structure comes late:
 * each receiver gets what it would have got, had it come in time.
 */
class LateStructureTest {
  private static final String CAPTURE = "chromium-av1-L3T3_KEY";
  private static final int DESCRIPTOR = RtpVectors.capture(CAPTURE).extensionId(HeaderExtensionUri.DEPENDENCY_DESCRIPTOR);
  private static final int AV1 = 45;
  /** Frames between the two beginnings of what is sent twice. */
  private static final int FRAMES_BETWEEN = 500;
  /** What the second structure adds to its template ids: the first has fewer. */
  private static final int TEMPLATES_BETWEEN = 30;

  private final List<byte[]> recorded = new ArrayList<>();
  private int ssrc;

  /** What came out of one run for each consumer: the payloads by their places in the outgoing stream. */
  private record Outcome(Map<String, TreeMap<Integer, String>> payloads, Map<String, Object> inbound, Object waiting) {}

  LateStructureTest() {
    RtpVectors.capture(CAPTURE).forEach("AV1", packet -> {
      if (packet.payloadLength() > 0) {
        ssrc = packet.ssrc();
        recorded.add(Arrays.copyOfRange(packet.bytes(), packet.offset(), packet.offset() + packet.length()));
      }
    });
  }

  private static RtpParameters parameters(int ssrc) {
    return RtpParameters.fromJson(Map.of(
        "mid", "0",
        "codecs", List.of(Map.of("mimeType", "video/AV1", "payloadType", AV1, "clockRate", 90_000, "rtcpFeedback",
            List.of(Map.of("type", "nack"), Map.of("type", "nack", "parameter", "pli")))),
        "headerExtensions", List.of(Map.of("uri", HeaderExtensionUri.DEPENDENCY_DESCRIPTOR.uri(), "id", DESCRIPTOR)),
        "encodings", List.of(Map.of("ssrc", ssrc & 0xffff_ffffL, "scalabilityMode", "L3T3_KEY")),
        "rtcp", Map.of("cname", "camera")));
  }

  /**
   * Consumers of one, two and all spatial layers get those packets; as endpoints of AV1, of the lowest layer all of
   * them.
   */
  private Outcome run(List<byte[]> packets) {
    SimulatedCall call = new SimulatedCall(1, Impairment.NONE);
    Map<String, TreeMap<Integer, String>> payloads = new HashMap<>();
    Map<String, Integer> first = new HashMap<>();
    DirectTransport direct = new DirectTransport("direct", call.node().router(), new DirectTransport.Listener() {
      @Override
      public void onRtp(Consumer consumer, byte[] bytes, int offset, int length) {
        RtpPacket packet = new RtpPacket();
        assertEquals(null, packet.parse(bytes, offset, length));
        int place = packet.sequenceNumber() - first.computeIfAbsent(consumer.id(), id -> packet.sequenceNumber()) & 0xffff;
        String content = HexFormat.of().formatHex(bytes, packet.payloadOffset(), packet.payloadOffset() + packet.payloadLength());
        assertEquals(null, payloads.computeIfAbsent(consumer.id(), id -> new TreeMap<>())
            .put(place, content + (packet.marker() ? " end" : "")), "sent twice");
      }
    }, call.nowNs());
    Producer producer = direct.produce(
        new ProducerOptions("camera", MediaKind.VIDEO, parameters(ssrc), false, Map.of()), call.nowNs());
    for (int layer = 0; layer < 3; layer++) {
      Consumer consumer = direct.consume(new ConsumerOptions("S" + layer, "camera", call.node().router().rtpCapabilities(),
          false, false, Map.of()), call.nowNs());
      consumer.setPreferredLayers(layer, 2, call.nowNs());
    }
    for (byte[] packet : packets) {
      direct.onRtp(packet.clone(), 0, packet.length, call.nowNs());
      call.runFor(VirtualTime.MS);
    }
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
    Dump dump = new Dump();
    producer.dump(dump);
    Map<?, ?> stream = (Map<?, ?>) ((List<?>) dump.tree().get("streams")).get(0);
    return new Outcome(payloads, producer.stats(call.nowNs(), 0).get(0), stream.get("waitingForStructure"));
  }

  private static List<byte[]> late(List<byte[]> packets, int index, int by) {
    List<byte[]> order = new ArrayList<>(packets);
    order.add(index + by, order.remove(index));
    return order;
  }

  /** The recording, and again: later, and with its templates under other numbers. */
  private List<byte[]> twice() {
    List<byte[]> packets = new ArrayList<>(recorded);
    RtpPacket packet = new RtpPacket();
    int begin = 0;
    int last = Bytes.u16(recorded.get(recorded.size() - 1), 2);
    for (byte[] original : recorded) {
      byte[] bytes = original.clone();
      packet.parse(bytes, 0, bytes.length);
      begin = begin == 0 ? packet.sequenceNumber() : begin;
      Bytes.put16(bytes, 2, last + 1 + packet.sequenceNumber() - begin);
      Bytes.put32(bytes, 4, (int) packet.timestamp() + 90_000 * 60);
      int at = packet.extensionOffset(DESCRIPTOR);
      bytes[at] = (byte) (bytes[at] & 0xc0 | (bytes[at] & 0x3f) + TEMPLATES_BETWEEN & 0x3f);
      Bytes.put16(bytes, at + 1, Bytes.u16(bytes, at + 1) + FRAMES_BETWEEN);
      if (packet.extensionLength(DESCRIPTOR) > 4 && (bytes[at + 3] & 0x80) != 0) {
        // The offset of the template ids: six bits after the five flags.
        int word = Bytes.u16(bytes, at + 3);
        int offset = (word >> 5 & 0x3f) + TEMPLATES_BETWEEN & 0x3f;
        Bytes.put16(bytes, at + 3, word & ~(0x3f << 5) | offset << 5);
      }
      packets.add(bytes);
    }
    return packets;
  }

  private int spatialLayerOf(DescribedPayload parser, byte[] bytes) {
    RtpPacket packet = new RtpPacket();
    PayloadInfo info = new PayloadInfo();
    assertEquals(null, packet.parse(bytes, 0, bytes.length));
    assertEquals(null, parser.parse(packet, info));
    assertFalse(info.layersUnknown);
    return info.spatialLayer;
  }

  @Test
  void theTestSeesLayers() {
    Outcome whole = run(twice());
    DescribedPayload parser = new DescribedPayload(new Av1Payload(), DESCRIPTOR);
    long lowest = twice().stream().filter(packet -> spatialLayerOf(parser, packet) == 0).count();
    assertEquals(lowest, whole.payloads.get("S0").size());
    assertTrue(lowest >= 10, "packets of the lowest layer: " + lowest);
    assertEquals(whole.payloads.get("S0"), whole.payloads.get("S2"), "who cannot decode more gets no more");
    assertTrue(whole.payloads.get("S0").values().stream().allMatch(packet -> packet.endsWith(" end")), "one packet a picture");
  }

  @Test
  void theFirstPacketOfAllIsRepaired() {
    Outcome whole = run(recorded);
    for (int by : new int[] {1, 5, 40}) {
      Outcome late = run(late(recorded, 0, by));
      assertEquals(whole.payloads, late.payloads, "late by " + by);
    }
  }

  @Test
  void theFirstPacketAfterAChangeOfTheStructureIsRepaired() {
    List<byte[]> packets = twice();
    Outcome whole = run(packets);
    for (int by : new int[] {1, 5, 40}) {
      Outcome late = run(late(packets, recorded.size(), by));
      assertEquals(whole.payloads, late.payloads, "late by " + by);
    }
  }

  @Test
  void whatWaitsForAStructureThatNeverComesIsGivenUpWithoutAGap() {
    List<byte[]> second = twice().subList(recorded.size(), 2 * recorded.size());
    List<byte[]> packets = new ArrayList<>(recorded);
    int next = Bytes.u16(second.get(0), 2);
    for (int i = 0; i < 700; i++) {
      packets.add(numbered(second.get(1 + i % (second.size() - 1)), next++));
    }
    assertEquals(700 - 512, run(packets).waiting, "of the first 512 only the numbers are used");
    packets.add(numbered(second.get(0), next));
    Outcome outcome = run(packets);
    assertEquals(0, outcome.waiting);
    assertTrue((long) outcome.inbound.get("pliCount") > 0);
    for (String consumer : List.of("S0", "S1", "S2")) {
      TreeMap<Integer, String> got = outcome.payloads.get(consumer);
      assertEquals(got.size() - 1, got.lastKey(), "no gap for " + consumer);
      assertEquals(run(recorded).payloads.get(consumer).size() + 1, got.size());
    }
  }

  @Test
  void whatDoesNotFitTheStructureThatComesWaitsNoLonger() {
    List<byte[]> second = twice().subList(recorded.size(), 2 * recorded.size());
    List<byte[]> packets = new ArrayList<>(List.of(recorded.get(0)));
    int first = Bytes.u16(recorded.get(0), 2);
    for (int i = 0; i < 100; i++) {
      packets.add(numbered(second.get(1 + i % (second.size() - 1)), first + 2 + i));
    }
    assertEquals(100, run(packets).waiting);
    packets.add(numbered(recorded.get(0), first + 1));
    assertEquals(0, run(packets).waiting, "or each further structure would be tried on all of them");
  }

  private static byte[] numbered(byte[] packet, int sequenceNumber) {
    byte[] bytes = packet.clone();
    Bytes.put16(bytes, 2, sequenceNumber);
    return bytes;
  }

  @Test
  void aFirstPacketThatNeverComesMakesUsAskForAKeyFrameAndTheNextOneIsGood() {
    List<byte[]> packets = twice();
    packets.remove(0);
    Outcome outcome = run(packets);
    assertTrue((long) outcome.inbound.get("pliCount") > 0);
    TreeMap<Integer, String> expected = run(packets.subList(recorded.size() - 1, packets.size())).payloads.get("S1");
    assertEquals(List.copyOf(expected.values()), List.copyOf(outcome.payloads.get("S1").values()));
  }
}
