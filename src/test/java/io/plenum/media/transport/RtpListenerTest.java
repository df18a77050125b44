package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.PublisherParameters;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedPeer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtpListenerTest {
  private static final int VP8 = PublisherParameters.VP8;
  private static final int RTX = PublisherParameters.VP8_RTX;

  private final SimulatedCall call = new SimulatedCall(2, Impairment.NONE);
  private final SimulatedPeer peer = call.join("peer");
  private final RtpListener listener = peer.transport().session().listener();
  private int nextSsrc = 1_000;

  private Producer produce(String id, MediaKind kind, RtpParameters parameters) {
    return peer.transport().produce(new ProducerOptions(id, kind, parameters, false, Map.of()), call.nowNs());
  }

  private RtpListener.Route find(int ssrc, int payloadType, String mid, String rid, String repairedRid) {
    RtpHeaderWriter header = new RtpHeaderWriter();
    add(header, PublisherParameters.MID, mid);
    add(header, PublisherParameters.RID, rid);
    add(header, PublisherParameters.REPAIRED_RID, repairedRid);
    byte[] bytes = new byte[200];
    int length = header.write(bytes, 0, false, payloadType, 1, 1, ssrc);
    RtpPacket packet = new RtpPacket();
    assertNull(packet.parse(bytes, 0, length + 20));
    return listener.find(packet);
  }

  private static void add(RtpHeaderWriter header, int id, String text) {
    if (text != null) {
      header.add(id, text.getBytes(StandardCharsets.US_ASCII), 0, text.length());
    }
  }

  @ParameterizedTest(name = "{6}")
  @CsvSource(nullValues = "-", value = {
      // payload type, mid, rid, repaired rid, stream, rtx, why
      "45, v, r0, -, 0, false, media by mid and rid",
      "45, v, r2, -, 2, false, the third of three",
      "45, -, r1, -, 1, false, a rid alone is enough where one producer has it",
      "46, v, -, r1, 1, true, repair by repaired rid before any media",
      "45, w, r0, -, -, -, another mid",
      "45, v, r3, -, -, -, a rid that was not announced",
      "45, v, r, -, -, -, the beginning of a rid",
      "45, v, r00, -, -, -, more than a rid",
      "45, v, -, -, -, -, a mid alone does not say which of three",
      "45, v, -, r0, -, -, a repaired rid on media",
      "46, v, r0, -, -, -, a rid on repair",
      "111, v, r0, -, -, -, a payload type that was not agreed",
      "45, -, -, -, -, -, nothing to go by",
  })
  void aSimulcastStreamIsFoundByWhatItsFirstPacketsSay(
      int payloadType, String mid, String rid, String repairedRid, Integer stream, Boolean rtx, String why) {
    Producer producer = produce("video", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("v", 3, 1, true));
    RtpListener.Route route = find(7, payloadType, mid, rid, repairedRid);
    if (stream == null) {
      assertNull(route);
      assertEquals(RtpDrop.UNKNOWN_STREAM, listener.drop());
      assertNull(listener.known(7));
      return;
    }
    assertEquals(producer.streams().get(stream), route.stream);
    assertEquals(rtx, route.rtx);
    assertEquals(route, find(7, payloadType, null, null, null), "from then on by SSRC alone");
    assertEquals(rtx ? 0 : 7, route.stream.ssrc());
  }

  @Test
  void aRidThatTwoProducersHaveNeedsAMid() {
    Producer camera = produce("camera", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("a", 2, 1, true));
    Producer screen = produce("screen", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("b", 2, 1, true));
    assertNull(find(7, VP8, null, "r0", null), "one's picture must not become the other's");
    assertEquals(camera.streams().get(0), find(7, VP8, "a", "r0", null).stream);
    assertEquals(screen.streams().get(0), find(8, VP8, "b", "r0", null).stream);
  }

  @Test
  void aStreamThatHasBegunDoesNotChangeItsSsrc() {
    produce("video", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("v", 2, 1, true));
    assertNotNull(find(7, VP8, "v", "r0", null));
    assertNull(find(8, VP8, "v", "r0", null));
    assertNotNull(find(7, VP8, null, null, null));
  }

  @Test
  void aSignalledSsrcIsFoundAtOnceAndALearntOneIsAsTaken() {
    Producer producer = produce("video", MediaKind.VIDEO, PublisherParameters.vp8("v", 11, 12, true));
    assertEquals(producer.streams().get(0), find(11, VP8, null, null, null).stream);
    assertEquals(true, find(12, RTX, null, null, null).rtx);
    produce("simulcast", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("s", 2, 1, true));
    assertNotNull(find(21, VP8, "s", "r0", null));
    assertEquals("invalid-ssrc", assertThrows(PlenumException.class,
        () -> produce("third", MediaKind.VIDEO, PublisherParameters.vp8("t", 21, 22, true))).code());
  }

  @Test
  void aPeerCanMakeUsLearnOnlySoMany() {
    produce("video", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("v", 1, 1, true));
    int learnt = 0;
    for (int i = 0; i < 1_000; i++) {
      learnt += find(nextSsrc++, RTX, "v", null, "r0") != null ? 1 : 0;
    }
    assertEquals(RtpListener.MAX_LEARNT_SSRCS, learnt);
    assertEquals(RtpDrop.TOO_MANY_SSRCS, listener.drop());
    assertNull(find(7, VP8, null, null, null));
  }

  @Test
  void aProducerThatIsGoneLeavesItsNamesToOthers() {
    Producer first = produce("video", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("v", 2, 1, true));
    produce("audio", MediaKind.AUDIO, PublisherParameters.opus("a", 5, true));
    assertNotNull(find(7, VP8, "v", "r0", null));
    first.close(call.nowNs());
    assertNull(find(7, VP8, "v", "r0", null));
    assertNotNull(listener.known(5), "the others stay");
    Producer again = produce("video", MediaKind.VIDEO, PublisherParameters.vp8Simulcast("v", 2, 1, true));
    assertEquals(again.streams().get(0), find(7, VP8, "v", "r0", null).stream);
  }
}
