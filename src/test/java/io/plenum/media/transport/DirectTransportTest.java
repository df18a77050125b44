package io.plenum.media.transport;

import static io.plenum.simulation.VirtualTime.MS;
import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataMessage;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.Subchannels;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.Publication;
import io.plenum.simulation.PublisherParameters;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedData;
import io.plenum.simulation.SimulatedPeer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An application that takes part in a router without a network: its messages and packets, and those it gets. */
class DirectTransportTest {
  private static final int SSRC = 0x1234_5678;

  private SimulatedCall call;
  private DirectTransport direct;
  private SimulatedPeer alice;
  private DataChannel chat;
  private final Application application = new Application();

  /** What the application got, as words and bytes. */
  private static final class Application implements DirectTransport.Listener {
    final List<String> messages = new ArrayList<>();
    final List<byte[]> rtp = new ArrayList<>();
    final List<byte[]> rtcp = new ArrayList<>();
    Consumer lastConsumer;

    @Override
    public void onMessage(DataConsumer consumer, DataMessage message) {
      messages.add(consumer.id() + (message.text() ? " text " : " binary ")
          + new String(message.content(), StandardCharsets.UTF_8));
    }

    @Override
    public void onRtp(Consumer consumer, byte[] packet, int offset, int length) {
      lastConsumer = consumer;
      rtp.add(Arrays.copyOfRange(packet, offset, offset + length));
    }

    @Override
    public void onRtcp(byte[] packet, int offset, int length) {
      rtcp.add(Arrays.copyOfRange(packet, offset, offset + length));
    }
  }

  /** Alice has a chat on stream 3. */
  @BeforeEach
  void callWithAnApplication() {
    call = new SimulatedCall(1, Impairment.NONE);
    direct = new DirectTransport("direct", call.node().router(), application, call.nowNs());
    alice = call.join("alice");
    alice.transport().produceData(new DataProducerOptions("chat", new SctpStreamParameters(3, true, null, null), "chat",
        "", false, Map.of()), call.nowNs());
    chat = alice.data().channels().openNegotiated(3, DataChannelParameters.reliable("chat", ""));
    call.runFor(2 * SECOND);
    alice.data().channels().association().connect(call.nowNs());
    call.runFor(SECOND);
    call.node().events.clear();
  }

  private DataProducer produce(String id) {
    return direct.produceData(new DataProducerOptions(id, new SctpStreamParameters(7, true, null, null), "bot", "json",
        false, Map.of("bot", true)), call.nowNs());
  }

  private static DataMessage text(String text) {
    return new DataMessage(true, text.getBytes(StandardCharsets.UTF_8));
  }

  private void send(String id, DataMessage message) {
    direct.send(id, message, Subchannels.EVERYBODY, call.nowNs());
  }

  /** What she got on that consumer's channel. */
  private List<String> heard(DataConsumer consumer) {
    return alice.data().received(consumer.sctpStreamParameters().streamId()).stream()
        .map(SimulatedData.Received::content).map(content -> new String(content, StandardCharsets.UTF_8)).toList();
  }

  private DataConsumer toAlice(String id, String producerId) {
    DataConsumer consumer = alice.transport().consumeData(DataConsumerOptions.of(id, producerId), call.nowNs());
    alice.data().channels().openNegotiated(consumer.sctpStreamParameters().streamId(),
        DataChannelParameters.reliable(consumer.label(), consumer.protocol()));
    return consumer;
  }

  private void assertNoFaults() {
    assertTrue(call.node().faults.isEmpty(), () -> call.node().faults.toString());
  }

  @Test
  void messagesOfTheApplicationReachClients() {
    DataProducer bot = produce("bot");
    DataConsumer hers = toAlice("hers", "bot");
    send("bot", text("hello"));
    send("bot", new DataMessage(false, new byte[DirectTransport.MAX_MESSAGE_BYTES]));
    call.runFor(5 * SECOND);
    List<SimulatedData.Received> all = alice.data().received(hers.sctpStreamParameters().streamId());
    assertEquals(List.of(true, false), all.stream().map(SimulatedData.Received::text).toList());
    assertEquals(DirectTransport.MAX_MESSAGE_BYTES, all.get(1).content().length);
    assertEquals("direct", bot.type());
    assertNull(bot.sctpStreamParameters());
    assertEquals("sctp", hers.type());
    Map<String, Object> stats = bot.stats(5).get(0);
    assertEquals(List.of("data-producer", "bot", "json", 2L, DirectTransport.MAX_MESSAGE_BYTES + 5L), List.of(
        stats.get("type"), stats.get("label"), stats.get("protocol"), stats.get("messagesReceived"),
        stats.get("bytesReceived")));
    assertNoFaults();
  }

  @Test
  void messagesOfClientsReachTheApplication() {
    DataConsumer ours = direct.consumeData(DataConsumerOptions.of("ours", "chat"), call.nowNs());
    alice.data().channels().send(chat, true, "hi".getBytes(StandardCharsets.UTF_8), call.nowNs());
    alice.data().channels().send(chat, false, new byte[0], call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("ours text hi", "ours binary "), application.messages);
    assertEquals("direct", ours.type());
    assertEquals("chat", ours.label());
    assertNull(ours.sctpStreamParameters());
    assertEquals(0, ours.bufferedAmount());
    assertEquals(2L, ours.stats(5).get(0).get("messagesSent"));
    assertNoFaults();
  }

  @Test
  void pauseHoldsMessagesBackOnEitherSide() {
    DataProducer bot = produce("bot");
    DataConsumer hers = toAlice("hers", "bot");
    DataConsumer ours = direct.consumeData(DataConsumerOptions.of("ours", "bot"), call.nowNs());
    bot.pause(call.nowNs());
    send("bot", text("1"));
    bot.resume(call.nowNs());
    ours.pause();
    send("bot", text("2"));
    ours.resume();
    send("bot", text("3"));
    call.runFor(SECOND);
    assertEquals(List.of("ours text 3"), application.messages);
    assertEquals(List.of("2", "3"), heard(hers));
    assertEquals(List.of("dataProducerPaused hers true", "dataProducerPaused ours true",
        "dataProducerPaused hers false", "dataProducerPaused ours false"), call.node().events);
  }

  @Test
  void subchannelsSayWhomAMessageIsFor() {
    produce("bot");
    DataConsumer hers = toAlice("hers", "bot");
    hers.setSubchannels(Set.of(1, 2));
    direct.consumeData(
        new DataConsumerOptions("ours", "bot", null, null, null, false, Set.of(2), Map.of()), call.nowNs());
    direct.send("bot", text("a"), new Subchannels(Set.of(1), null, null), call.nowNs());
    direct.send("bot", text("b"), new Subchannels(Set.of(2), null, 1), call.nowNs());
    direct.send("bot", text("c"), new Subchannels(Set.of(), 1, null), call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("ours text b"), application.messages);
    assertEquals(List.of("a", "c"), heard(hers));
  }

  @Test
  void whatCannotBeSentIsRefused() {
    produce("bot");
    assertEquals("message-too-long", code(() -> send("bot",
        new DataMessage(false, new byte[DirectTransport.MAX_MESSAGE_BYTES + 1]))));
    assertEquals("data-producer-not-found", code(() -> send("chat", text("in alice's name"))));
    assertEquals("already-exists", code(() -> produce("chat")));
    assertEquals("data-producer-not-found",
        code(() -> direct.consumeData(DataConsumerOptions.of("x", "nobody's"), call.nowNs())));
    byte[] tooLong = new byte[RouterEnvironment.MAX_DATAGRAM_BYTES + 1];
    assertEquals("packet-too-long", code(() -> direct.onRtp(tooLong, 0, tooLong.length, call.nowNs())));
    direct.close(call.nowNs());
    assertEquals("transport-closed", code(() -> produce("late")));
    assertEquals("transport-closed", code(() -> send("bot", text("late"))));
    assertNoFaults();
  }

  private static String code(Runnable refused) {
    return assertThrows(PlenumException.class, refused::run).code();
  }

  @Test
  void aClosedTransportTakesItsProducersConsumersAlongAndLeavesTheRouter() {
    produce("bot");
    DataConsumer hers = toAlice("hers", "bot");
    DataConsumer ours = direct.consumeData(DataConsumerOptions.of("ours", "chat"), call.nowNs());
    direct.close(call.nowNs());
    direct.close(call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("dataConsumerClosed hers"), call.node().events);
    assertTrue(hers.closed() && ours.closed());
    assertEquals(1, call.node().router().transportCount());
    assertEquals("data-producer-not-found", code(() -> call.node().router().dataProducer("bot")));
    alice.transport().close(call.nowNs());
    assertNoFaults();
  }

  @Test
  void aClientThatLeavesClosesWhatTheApplicationHeard() {
    DataConsumer ours = direct.consumeData(DataConsumerOptions.of("ours", "chat"), call.nowNs());
    alice.transport().close(call.nowNs());
    assertTrue(ours.closed());
    assertTrue(call.node().events.contains("dataConsumerClosed ours"));
    produce("bot");
  }

  @Test
  void aFaultOfTheApplicationEndsItsOwnTransportAlone() {
    DirectTransport broken = new DirectTransport("broken", call.node().router(), new DirectTransport.Listener() {
      @Override
      public void onMessage(DataConsumer consumer, DataMessage message) {
        throw new IllegalStateException("a bug of the application");
      }
    }, call.nowNs());
    broken.consumeData(DataConsumerOptions.of("theirs", "chat"), call.nowNs());
    direct.consumeData(DataConsumerOptions.of("ours", "chat"), call.nowNs());
    alice.data().channels().send(chat, true, "hi".getBytes(StandardCharsets.UTF_8), call.nowNs());
    call.runFor(SECOND);
    assertEquals(List.of("ours text hi"), application.messages);
    assertEquals(Set.of("broken"), call.node().faults.keySet());
  }

  private Producer produceSound() {
    return direct.produce(new ProducerOptions("sound", MediaKind.AUDIO,
        PublisherParameters.opus("0", SSRC, false), false, Map.of()), call.nowNs());
  }

  private static byte[] sound(int sequenceNumber) {
    return ByteBuffer.allocate(12 + 40).put((byte) 0x80).put((byte) PublisherParameters.OPUS)
        .putShort((short) sequenceNumber).putInt(960 * sequenceNumber).putInt(SSRC).putLong(42).array();
  }

  @Test
  void rtpGoesFromApplicationToApplication() {
    produceSound();
    Consumer consumer = direct.consume(new ConsumerOptions("listener", "sound",
        call.node().router().rtpCapabilities(), false, false, Map.of()), call.nowNs());
    for (int i = 1; i <= 100; i++) {
      byte[] packet = sound(i);
      direct.onRtp(packet, 0, packet.length, call.nowNs());
      call.runFor(20 * MS);
    }
    assertEquals(100, application.rtp.size());
    assertEquals(consumer, application.lastConsumer);
    ByteBuffer first = ByteBuffer.wrap(application.rtp.get(0));
    assertEquals(consumer.ssrc(), first.getInt(8));
    assertArrayEquals(Arrays.copyOfRange(sound(1), 12, 52),
        Arrays.copyOfRange(first.array(), first.capacity() - 40, first.capacity()));
    assertTrue(application.rtcp.size() >= 1, "sender reports come too");
    assertNoFaults();
  }

  /** One whole picture of VP8. */
  private static byte[] picture(int sequenceNumber, boolean key) {
    return ByteBuffer.allocate(12 + 30).put((byte) 0x80).put((byte) (0x80 | PublisherParameters.VP8))
        .putShort((short) sequenceNumber).putInt(3_000 * sequenceNumber).putInt(SSRC)
        .put((byte) 0x10).put((byte) (key ? 0 : 1)).put(new byte[] {0, 0, (byte) 0x9d, 1, 0x2a, 16, 0, 16, 0}).array();
  }

  private void sendPicture(int sequenceNumber) {
    byte[] packet = picture(sequenceNumber, sequenceNumber == 1);
    direct.onRtp(packet, 0, packet.length, call.nowNs());
  }

  @Test
  void aPublisherWithoutRtxIsAskedToSendAgainAndAReceiverWithoutRtxMayAsk() {
    direct.produce(new ProducerOptions("camera", MediaKind.VIDEO,
        PublisherParameters.vp8WithoutRtx("0", SSRC), false, Map.of()), call.nowNs());
    RtpCapabilities all = call.node().router().rtpCapabilities();
    RtpCapabilities withoutRtx = new RtpCapabilities(
        all.codecs().stream().filter(codec -> !codec.isRtx()).toList(), all.headerExtensions());
    Consumer consumer = direct.consume(
        new ConsumerOptions("watcher", "camera", withoutRtx, false, true, Map.of()), call.nowNs());
    assertEquals(List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR), consumer.rtpParameters().mediaCodec().rtcpFeedback());
    sendPicture(1);
    sendPicture(2);
    sendPicture(4);
    application.rtcp.clear();
    call.runFor(20 * MS);
    RtcpWriter nack = new RtcpWriter();
    byte[] expected = new byte[16];
    nack.begin(expected, 0, expected.length);
    nack.nack(ByteBuffer.wrap(application.rtcp.get(0)).getInt(4), SSRC, new int[] {3}, 0, 1);
    assertArrayEquals(expected, application.rtcp.get(0));
    sendPicture(3);
    call.runFor(20 * MS);
    List<Integer> numbers = application.rtp.stream().map(packet -> ByteBuffer.wrap(packet).getShort(2) & 0xffff).toList();
    int first = numbers.get(0);
    assertEquals(List.of(first, first + 1, first + 3, first + 2), numbers);
    byte[] asked = new byte[16];
    nack.begin(asked, 0, asked.length);
    nack.nack(1, consumer.ssrc(), new int[] {first + 3 & 0xffff}, 0, 1);
    direct.onRtcp(asked, 0, asked.length, call.nowNs());
    assertArrayEquals(application.rtp.get(2), application.rtp.get(4), "the same packet");
    assertEquals(0L, call.node().router().producer("camera").stats(call.nowNs(), 0).get(0).get("packetsLost"));
    assertNoFaults();
  }

  @Test
  void aPictureOfAClientComesWholeAndItsKeyFramesCanBeAskedFor() {
    Publication video = alice.publishVideo(new SimulatedPeer.VideoOptions().simulcast(3, 1));
    call.runFor(2 * SECOND);
    Consumer consumer = direct.consume(new ConsumerOptions("watcher", video.producer().id(),
        call.node().router().rtpCapabilities(), false, true, Map.of()), call.nowNs());
    call.runFor(10 * SECOND);
    List<String> layers = call.node().eventsOf("layers watcher");
    assertTrue(application.rtp.size() > 1_000, () -> application.rtp.size() + " packets " + layers);
    assertEquals("layers watcher 2.0", layers.get(layers.size() - 1), "no estimate holds it down");

    RtcpWriter pli = new RtcpWriter();
    byte[] bytes = new byte[100];
    pli.begin(bytes, 0, bytes.length);
    pli.pli(1, consumer.ssrc());
    direct.onRtcp(bytes, 0, pli.length(), call.nowNs());
    assertEquals(1L, consumer.stats(call.nowNs(), 0).get(0).get("pliCount"));
    assertNoFaults();
  }

  @Test
  void garbageInPlaceOfRtpIsDroppedAndCounted() {
    produceSound();
    direct.onRtp(new byte[5], 0, 5, call.nowNs());
    direct.onRtcp(new byte[5], 0, 5, call.nowNs());
    assertEquals(1, direct.session().counters().drops(RtpDrop.MALFORMED));
    assertNoFaults();
  }

  @Test
  void statsAndDumpNameWhatThereIs() {
    produce("bot");
    direct.consumeData(DataConsumerOptions.of("ours", "chat"), call.nowNs());
    Map<String, Object> stats = direct.stats(call.nowNs(), 5).get(0);
    assertEquals(List.of("direct-transport", "direct", 5L),
        List.of(stats.get("type"), stats.get("transportId"), stats.get("timestamp")));
    Dump dump = new Dump();
    direct.dump(dump);
    String words = dump.tree().toString();
    assertTrue(words.contains("id=bot, type=direct") && words.contains("id=ours, dataProducerId=chat"), words);
  }
}
