package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.PlenumException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.signaling.ProtooConnection;
import io.plenum.server.signaling.SignalingEndpoint;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientConnectionTest {
  private static final long SECOND_NS = ManualLoop.SECOND_NS;
  private static final SocketAddress ADDRESS = SocketAddress.inetSocketAddress(1_234, "192.0.2.1");

  private final ManualLoop loop = new ManualLoop();
  private final List<String> said = new ArrayList<>();
  private final FakeCarrier carrier = new FakeCarrier();
  private final FakeEndpoint endpoint = new FakeEndpoint();
  private final SignalingCounters counters = new SignalingCounters();
  private final ClientMemory memory = new ClientMemory(loop, 64 << 20);
  private final ConnectionTable table = table("--limits.messagesPerSecond=10");
  private final ClientConnection connection = table.add(carrier, ADDRESS);

  private ConnectionTable table(String argument) {
    PlenumConfig config = new ConfigLoader().load(new String[] {argument}, Map.of());
    return new ConnectionTable(loop, endpoint, config.limits(), memory, new AddressLimits(config.perAddress(), loop), counters);
  }

  private final class FakeCarrier implements Carrier {
    final List<String> written = new ArrayList<>();
    final List<Promise<Void>> unfinished = new ArrayList<>();
    boolean reads = true;
    boolean paused;
    int pauses;
    int keepAlives;
    String closed;
    boolean aborted;

    private Future<Void> sent() {
      Promise<Void> promise = Promise.promise();
      if (reads) {
        promise.complete();
      } else {
        unfinished.add(promise);
      }
      return promise.future();
    }

    @Override
    public Future<Void> write(String frame) {
      written.add(frame);
      return sent();
    }

    @Override
    public Future<Void> keepAlive() {
      keepAlives++;
      return sent();
    }

    @Override
    public void pause() {
      paused = true;
      pauses++;
    }

    @Override
    public void resume() {
      paused = false;
    }

    @Override
    public void close(int code, String reason) {
      closed = code + " " + reason;
    }

    @Override
    public void abort() {
      aborted = true;
      connection.onClosed();
    }

    @Override
    public long silenceLimitNs() {
      return 15 * SECOND_NS;
    }

    @Override
    public String remoteAddress() {
      return "test";
    }
  }

  private final class FakeEndpoint implements SignalingEndpoint {
    RuntimeException onOpen;
    RuntimeException onFrame;
    boolean busy;
    final Queue<Runnable> unhandled = new ArrayDeque<>();

    @Override
    public Connection open(String roomId, String peerId, ProtooConnection.FrameChannel channel) {
      said.add("open " + roomId + " " + peerId);
      if (onOpen != null) {
        throw onOpen;
      }
      return new Connection() {
        @Override
        public void onFrame(String text, Runnable handled) {
          said.add(text);
          unhandled.add(handled);
          if (!busy) {
            unhandled.remove().run();
          }
          if (onFrame != null) {
            throw onFrame;
          }
        }

        @Override
        public void onClosed() {
          said.add("closed");
        }
      };
    }
  }

  /** Sweeps each second, as the verticle does. */
  private void sweepUntil(long untilNs) {
    while (loop.nowNs < untilNs) {
      loop.advanceTo(loop.nowNs + SECOND_NS);
      table.sweep();
      loop.turn();
    }
  }

  private static List<String> frames(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  @Test
  void helloOpensWithItsNames() {
    connection.onFrames(List.of(
        "{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":\"r\",\"peerId\":\"p\"}}", "next"));
    assertEquals(List.of("open r p", "next"), said);
  }

  @ParameterizedTest(name = "[{index}] {1}")
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
      "nonsense                                                                                   | not JSON",
      "null                                                                                       | no object",
      "{\"request\":true,\"id\":1,\"method\":\"hello\",\"data\":{\"roomId\":\"r\",\"peerId\":\"p\"}}         | a request",
      "{\"notification\":true,\"method\":\"join\",\"data\":{\"roomId\":\"r\",\"peerId\":\"p\"}}         | another method",
      "{\"notification\":true,\"method\":\"hello\"}                                                 | no data",
      "{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":\"r\"}}                         | no peerId",
      "{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":\"\",\"peerId\":\"p\"}}          | an empty roomId",
      "{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":7,\"peerId\":\"p\"}}           | a number for a name",
      "{\"notification\":true,\"method\":\"hello\",\"data\":{\"roomId\":\"a\\nb\",\"peerId\":\"p\"}}     | a line break, which would forge a log line",
  })
  void anythingButAHelloFirstEndsTheConnection(String frame, String why) {
    connection.onFrames(List.of(frame, "next"));
    assertEquals(List.of(), said, why);
    assertTrue(carrier.closed.startsWith("1008 "), carrier.closed);
    assertEquals(1, counters.count(SignalingCounters.Dropped.NO_HELLO));
  }

  @Test
  void noHelloWithinTenSecondsEndsTheConnection() {
    sweepUntil(10 * SECOND_NS);
    assertEquals(null, carrier.closed);
    connection.onHeard();
    sweepUntil(11 * SECOND_NS);
    assertEquals("4008 no hello within 10 s", carrier.closed);
  }

  @Test
  void aFloodIsThrottledAndArrivesWholeAndInOrder() {
    connection.open("r", "p");
    connection.onFrames(frames(0, 200));
    assertEquals(50, said.size() - 1, "5 s of 10 frames a second at once");
    assertTrue(carrier.paused);
    loop.advanceTo(2 * SECOND_NS);
    assertEquals(70, said.size() - 1);
    assertTrue(carrier.paused);
    loop.advanceTo(20 * SECOND_NS);
    assertEquals(frames(0, 200), said.subList(1, said.size()));
    assertEquals(false, carrier.paused);
    assertEquals(carrier.pauses, counters.throttled.sum());
    assertEquals(0, loop.timers(), "nobody waits any more");
  }

  @Test
  void pingsAndFragmentsAreThrottledToo() {
    connection.open("r", "p");
    for (int i = 0; i < 50; i++) {
      connection.onOtherFrame(0);
    }
    assertTrue(carrier.paused);
    loop.advanceTo(SECOND_NS);
    assertEquals(false, carrier.paused);
  }

  /** A room whose loop does not get round to it, or that is not open yet; and a client that has credit without end. */
  private ClientConnection ofABusyRoom() {
    endpoint.busy = true;
    ClientConnection rich = table("--limits.messagesPerSecond=100000").add(carrier, ADDRESS);
    rich.open("r", "p");
    return rich;
  }

  private long keptCharacters() {
    return said.stream().skip(1).mapToLong(frame -> frame.length() + 64).sum();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1_000, 100_000, 262_144})
  void aRoomThatIsBehindKeepsHalfAMebiOfOneClientAndTheRestWaitsWithIt(int length) {
    ClientConnection rich = ofABusyRoom();
    String frame = "x".repeat(length);
    int total = 0;
    while (!carrier.paused && total < 100_000) {
      rich.onFrames(List.of(frame));
      loop.turn();
      total++;
    }
    assertEquals(Backlog.MAX_CHARACTERS / (length + 64), said.size() - 1);
    assertTrue(keptCharacters() <= Backlog.MAX_CHARACTERS, keptCharacters() + " characters kept");
    assertTrue(carrier.paused);
    assertEquals(1, counters.throttled.sum());

    int handled = 0;
    while (!endpoint.unhandled.isEmpty()) {
      endpoint.unhandled.remove().run();
      loop.turn();
      handled++;
    }
    assertEquals(total, handled, "nothing is lost");
    assertEquals(false, carrier.paused);
  }

  @Test
  void whoWaitsForItsRoomIsNotTakenForSilent() {
    ClientConnection rich = ofABusyRoom();
    rich.onFrames(Collections.nCopies(10, "x".repeat(100_000)));
    assertTrue(carrier.paused);
    loop.nowNs = 100 * SECOND_NS;
    rich.onSweep(loop.nowNs);
    assertEquals(null, carrier.closed);
    endpoint.busy = false;
    endpoint.unhandled.remove().run();
    loop.turn();
    rich.onSweep(loop.nowNs);
    assertEquals(null, carrier.closed, "heard of when it is listened to again");
  }

  @Test
  void whatIsHandledAfterTheEndWakesNobody() {
    ClientConnection rich = ofABusyRoom();
    rich.onFrames(Collections.nCopies(10, "x".repeat(100_000)));
    int taken = said.size();
    rich.onClosed();
    endpoint.unhandled.forEach(Runnable::run);
    loop.turn();
    assertEquals(taken + 1, said.size(), "its end was told, and no frame after it");
    assertTrue(carrier.paused);
  }

  @Test
  void largeMessagesAreThrottledByTheirSize() {
    connection.open("r", "p");
    connection.onFrames(Collections.nCopies(4, "x".repeat(20 * 1_024)));
    assertEquals(3, said.size() - 1, "50 at once, and each costs 21");
    assertTrue(carrier.paused);
    loop.advanceTo(2 * SECOND_NS);
    assertEquals(4, said.size() - 1);
  }

  @Test
  void wrappingsWithNothingInThemAreThrottledToo() {
    connection.open("r", "p");
    for (int i = 0; i < 50; i++) {
      connection.onEnvelope(List.of(), 2);
    }
    assertTrue(carrier.paused);
  }

  @Test
  void aWrappingCostsOnlyWhatIsTooMuchAroundItsFrames() {
    connection.open("r", "p");
    for (int i = 0; i < 49; i++) {
      connection.onEnvelope(List.of("{\"a\":1}"), 13);
    }
    assertEquals(false, carrier.paused, "as without a wrapping");
    loop.advanceTo(100 * SECOND_NS);
    connection.onEnvelope(List.of("{}"), 50 * 1_024);
    assertTrue(carrier.paused);
  }

  @Test
  void whoGoesOnTalkingAfterOurGoodbyeIsNotReadFromBeyondItsCredit() {
    connection.open("r", "p");
    connection.close(4000, "closed by the server");
    loop.turn();
    assertEquals(false, carrier.paused, "its own goodbye must come through");
    connection.onFrames(frames(0, 60));
    assertTrue(carrier.paused);
    loop.advanceTo(100 * SECOND_NS);
    assertTrue(carrier.paused, "for good");
  }

  @Test
  void soIsOneWhoWasWaitingForCreditWhenWeSaidIt() {
    connection.open("r", "p");
    connection.onFrames(frames(0, 60));
    connection.close(4000, "closed by the server");
    loop.turn();
    carrier.resume();
    connection.onOtherFrame(0);
    assertTrue(carrier.paused);
  }

  @Test
  void binaryFramesAreThrottledByTheirSizeToo() {
    connection.open("r", "p");
    connection.onOtherFrame(50 * 1_024);
    assertTrue(carrier.paused);
  }

  @Test
  void aMessageMustBeWholeTenSecondsAfterItsFirstFragmentHoweverMuchComesBesideIt() {
    connection.open("r", "p");
    sweepUntil(5 * SECOND_NS);
    for (int second = 6; second <= 15; second++) {
      connection.onFragment();
      connection.onOtherFrame(0);
      sweepUntil(second * SECOND_NS);
      assertEquals(null, carrier.closed);
    }
    sweepUntil(16 * SECOND_NS);
    assertEquals("4008 a message in fragments must be whole within 10 s", carrier.closed);
    assertEquals(1, counters.count(SignalingCounters.Dropped.UNFINISHED));
  }

  @Test
  void eachMessageHasItsOwnTenSeconds() {
    connection.open("r", "p");
    for (int i = 1; i <= 10; i++) {
      connection.onFragment();
      sweepUntil(i * 9 * SECOND_NS);
      connection.onFrames(List.of("whole"));
    }
    sweepUntil(101 * SECOND_NS);
    assertEquals(null, carrier.closed, "between messages there is none");
  }

  @Test
  void theTimeInWhichWeDoNotListenIsNotTheClients() {
    ClientConnection rich = ofABusyRoom();
    rich.onFragment();
    rich.onFrames(Collections.nCopies(10, "x".repeat(100_000)));
    rich.onFragment();
    rich.onSweep(30 * SECOND_NS);
    loop.nowNs = 30 * SECOND_NS;
    while (!endpoint.unhandled.isEmpty()) {
      endpoint.unhandled.remove().run();
      loop.turn();
    }
    rich.onSweep(39 * SECOND_NS);
    assertEquals(null, carrier.closed);
    rich.onSweep(41 * SECOND_NS);
    assertEquals("4008 a message in fragments must be whole within 10 s", carrier.closed);
  }

  @Test
  void aSilentClientIsPingedEachFiveSecondsAndGoneAfterFifteen() {
    connection.open("r", "p");
    sweepUntil(15 * SECOND_NS);
    assertEquals(3, carrier.keepAlives);
    assertEquals(null, carrier.closed);
    sweepUntil(16 * SECOND_NS);
    assertTrue(carrier.closed.startsWith("4008 "), carrier.closed);
    assertEquals(List.of("open r p", "closed"), said, "the room knows at once");
    assertEquals(1, table.size());
    sweepUntil(20 * SECOND_NS);
    assertTrue(carrier.aborted);
    assertEquals(0, table.size());
    assertEquals(List.of("open r p", "closed"), said, "told once");
  }

  @Test
  void aClientThatAnswersPingsStays() {
    connection.open("r", "p");
    for (int i = 1; i <= 100; i++) {
      sweepUntil(i * 10 * SECOND_NS);
      connection.onHeard();
    }
    assertEquals(null, carrier.closed);
  }

  @Test
  void whenTheProcessItselfStoodStillNobodyIsTakenForDead() {
    connection.open("r", "p");
    sweepUntil(10 * SECOND_NS);
    loop.nowNs = 40 * SECOND_NS;
    table.sweep();
    assertEquals(null, carrier.closed);
    sweepUntil(47 * SECOND_NS);
    assertTrue(carrier.closed.startsWith("4008 "), "but silence after that counts: " + carrier.closed);
  }

  @Test
  void aThrottledClientIsNotTakenForSilent() {
    connection.open("r", "p");
    connection.onFrames(frames(0, 400));
    sweepUntil(30 * SECOND_NS);
    assertEquals(null, carrier.closed);
  }

  @Test
  void aClientThatReadsNothingForFifteenSecondsIsClosed() {
    connection.open("r", "p");
    carrier.reads = false;
    connection.send("frame");
    for (int i = 1; i <= 17; i++) {
      sweepUntil(i * SECOND_NS);
      connection.onHeard();
    }
    assertEquals("1013 the client does not read what it is sent", carrier.closed);
    assertEquals(1, counters.count(SignalingCounters.Dropped.SLOW_READER));
  }

  @Test
  void aClientThatReadsSlowlyIsNot() {
    connection.open("r", "p");
    carrier.reads = false;
    for (int i = 1; i <= 60; i++) {
      connection.send("frame");
      connection.onHeard();
      sweepUntil(i * SECOND_NS);
      if (i % 10 == 0) {
        carrier.unfinished.remove(0).complete();
      }
    }
    assertEquals(null, carrier.closed);
  }

  @Test
  void moreThanFourMebiWaitingClosesEvenWhenOurLoopIsTheOneThatIsBusy() {
    connection.open("r", "p");
    String frame = "x".repeat(100_000);
    for (int i = 0; i < 60; i++) {
      connection.send(frame);
    }
    assertEquals(List.of(), carrier.written, "the loop has not turned yet");
    assertEquals(ClientMemory.MOST_PER_CLIENT_BYTES / 100_160 * 100_160, memory.bytes());
    loop.turn();
    assertEquals("1013 the client does not read what it is sent", carrier.closed);
    assertEquals(0, memory.bytes());
  }

  @Test
  void manySmallFramesCountToo() {
    connection.open("r", "p");
    carrier.reads = false;
    for (int i = 0; i < 100_000; i++) {
      connection.send("");
    }
    loop.turn();
    assertTrue(carrier.written.size() < 70_000, carrier.written.size() + " frames held");
    assertTrue(carrier.closed.startsWith("1013 "), carrier.closed);
  }

  @Test
  void whatHasBeenReadMakesRoomAgain() {
    connection.open("r", "p");
    for (int i = 0; i < 1_000; i++) {
      connection.send("x".repeat(100_000));
      loop.turn();
    }
    assertEquals(1_000, carrier.written.size());
    assertEquals(null, carrier.closed);
  }

  @Test
  void afterTheEndNothingIsDeliveredOrSent() {
    connection.open("r", "p");
    connection.close(4000, "closed by the server");
    connection.send("late");
    loop.turn();
    connection.onFrames(List.of("late"));
    connection.close(4000, "again");
    loop.turn();
    assertEquals("4000 closed by the server", carrier.closed);
    assertEquals(List.of(), carrier.written);
    assertEquals(List.of("open r p", "closed"), said);
  }

  @Test
  void framesSentBeforeAReplacementClosesComeFirst() {
    connection.open("r", "p");
    connection.send("a");
    connection.send("b");
    connection.close(4000, "replaced");
    loop.turn();
    assertEquals(List.of("a", "b"), carrier.written);
  }

  @Test
  void anEndpointThatRefusesIsHeardByTheClient() {
    endpoint.onOpen = new PlenumException("too-many-peers", "the room is full");
    connection.open("r", "p");
    assertEquals("4000 too-many-peers: the room is full", carrier.closed);
  }

  @Test
  void anEndpointThatFailsEndsOneConnectionAndNoMore() {
    connection.open("r", "p");
    endpoint.onFrame = new IllegalStateException("a bug");
    connection.onFrames(List.of("a", "b"));
    loop.turn();
    assertEquals(List.of("open r p", "a", "closed"), said);
    assertTrue(carrier.closed.startsWith("1011 "), carrier.closed);
  }

  @Test
  void aReasonIsCutToWhatACloseFrameCarries() {
    connection.open("r", "p");
    connection.close(4000, String.join("", Collections.nCopies(50, "€uro")));
    loop.turn();
    String reason = carrier.closed.substring("4000 ".length());
    assertTrue(reason.getBytes(java.nio.charset.StandardCharsets.UTF_8).length <= 123, reason);
  }
}
