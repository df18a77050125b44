package io.plenum.embedding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.PlenumNode;
import io.plenum.PlenumOptions;
import io.plenum.PlenumRoom;
import io.plenum.client.ClientLoop;
import io.plenum.client.DataClient;
import io.plenum.media.PlenumException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An application in rooms of its own node, beside clients that are real but for their pictures. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class PlenumRoomTest {
  private static final long SETTLE_MS = 60_000;
  private static final String HOST = "127.0.0.1";

  @TempDir static Path folder;
  private static Vertx vertx;
  private static PlenumNode node;
  private static ClientLoop loop;

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final ConcurrentLinkedQueue<Context> heardOn = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() throws Exception {
    PlenumOptions options = PlenumOptions.of(Map.of(
        "data.dir", folder.toString(), "node.ip", HOST, "http.port", "0", "media.ip", HOST, "media.port", "0",
        "media.loops", "1", "limits.dataProducersPerPeer", "3", "limits.peersPerRoom", "5"));
    vertx = Vertx.vertx(options.addTo(new VertxOptions()));
    node = await(PlenumNode.deploy(vertx, options));
    await(node.ready());
    loop = new ClientLoop();
  }

  @AfterAll
  static void stop() throws Exception {
    loop.close();
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(SETTLE_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  private static DataClient client(String room, String name) {
    return DataClient.join(loop, "http://" + HOST + ":" + node.httpPort() + "/", room, name);
  }

  private PlenumRoom join(String room, String name) throws Exception {
    return await(node.join(room, name, "The " + name, this::onMessage));
  }

  private void onMessage(PlenumRoom.Message message) {
    heardOn.add(Vertx.currentContext());
    heard.add(message.peerId() + "/" + message.label() + (message.text() ? " text " : " binary ") + message.content());
  }

  private void awaitHeard(String wanted) throws Exception {
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (!heard.contains(wanted)) {
      assertTrue(System.nanoTime() < deadlineNs, () -> wanted + " was not heard, but " + heard);
      Thread.sleep(10);
    }
  }

  /** The channel of that label, once the client can hear on it. */
  private static DataClient.Incoming hearing(DataClient client, PlenumRoom room, String from, String label) {
    client.await("the channel " + label, c -> {
      room.send(label, "?");
      return c.openFrom(from).stream().anyMatch(
          one -> one.offer.path("label").asText().equals(label) && one.texts.contains("?"));
    }, SETTLE_MS);
    return client.openFrom(from).stream().filter(one -> one.offer.path("label").asText().equals(label)).findFirst().get();
  }

  private static void awaitText(DataClient client, DataClient.Incoming channel, String text) {
    client.await(text, c -> channel.texts.contains(text), SETTLE_MS);
  }

  @Test
  void itSpeaksToClientsAndHearsThem() throws Exception {
    try (DataClient alice = client("talk", "alice")) {
      String early = alice.produce("early");
      PlenumRoom room = join("talk", "service");
      String late = alice.produce("late");
      DataClient.Incoming news = hearing(alice, room, "service", "news");
      await(room.send("news", "good"));
      await(room.send("news", Buffer.buffer(new byte[200_000])));
      awaitText(alice, news, "good");
      awaitText(alice, news, "200000 bytes");

      alice.send(early, "hello");
      alice.send(late, "again");
      awaitHeard("alice/early text hello");
      awaitHeard("alice/late text again");
      alice.await("its name", c -> c.notices().stream().anyMatch(
          notice -> notice.startsWith("newPeer") && notice.contains("The service")), SETTLE_MS);
      await(room.leave());
    }
  }

  @Test
  void messagesComeInOrderOnTheContextThatJoined() throws Exception {
    Context context = vertx.getOrCreateContext();
    Promise<PlenumRoom> joined = Promise.promise();
    context.runOnContext(v -> node.join("order", "service", "Service", this::onMessage)
        .onComplete(room -> {
          heardOn.add(Vertx.currentContext());
          joined.handle(room);
        }));
    PlenumRoom room = await(joined.future());
    try (DataClient alice = client("order", "alice")) {
      DataClient.Incoming count = hearing(alice, room, "service", "count");
      for (int i = 0; i < 200; i++) {
        room.send("count", "n" + i);
      }
      awaitText(alice, count, "n199");
      assertEquals(IntStream.range(0, 200).mapToObj(i -> "n" + i).toList(),
          count.texts.stream().filter(text -> text.startsWith("n")).toList());

      String chat = alice.produce("chat");
      alice.await("the way to the application", c -> {
        c.sendNow(chat, "?");
        return heard.contains("alice/chat text ?");
      }, SETTLE_MS);
      for (int i = 0; i < 200; i++) {
        alice.send(chat, "m" + i);
      }
      awaitHeard("alice/chat text m199");
      assertEquals(IntStream.range(0, 200).mapToObj(i -> "alice/chat text m" + i).toList(),
          heard.stream().filter(text -> text.contains(" m")).toList());
    }
    heardOn.forEach(each -> assertSame(context, each));
    await(room.leave());
  }

  @Test
  void twoApplicationsOfOneNodeHearEachOther() throws Exception {
    PlenumRoom one = join("pair", "one");
    PlenumRoom other = join("pair", "other");
    long deadlineNs = System.nanoTime() + SETTLE_MS * 1_000_000;
    while (!heard.contains("one/x text hi")) {
      assertTrue(System.nanoTime() < deadlineNs, heard::toString);
      await(one.send("x", "hi"));
    }
    await(one.leave());
    await(other.leave());
  }

  @Test
  void whatTheRoomRefusesFailsTheFuture() throws Exception {
    PlenumRoom room = join("refusals", "service");
    assertEquals("message-too-long", refusal(room.send("big", Buffer.buffer(new byte[262_145]))));
    await(room.open("two"));
    await(room.open("two"));
    await(room.open("three"));
    assertEquals("too-many-data-producers", refusal(room.open("four")));
    for (int i = 0; i < 4; i++) {
      join("refusals", "other" + i);
    }
    assertEquals("too-many-peers", refusal(node.join("refusals", "one too many", "", message -> { })));
    await(room.leave());
    assertEquals("room-closed", refusal(room.send("two", "late")));
  }

  private static String refusal(Future<?> future) {
    return assertThrows(PlenumException.class, () -> await(future)).code();
  }

  @Test
  void whoLeavesIsToldAndSeenToLeave() throws Exception {
    try (DataClient alice = client("leaving", "alice")) {
      PlenumRoom room = join("leaving", "service");
      DataClient.Incoming news = hearing(alice, room, "service", "news");
      await(room.leave());
      await(room.leave());
      assertEquals("you left", await(room.left()));
      alice.await("the channel's end", c -> news.closed && news.channelClosed, SETTLE_MS);

      PlenumRoom replaced = join("leaving", "service");
      PlenumRoom next = join("leaving", "service");
      assertTrue(await(replaced.left()).startsWith("replaced"));
      assertEquals("room-closed", refusal(replaced.send("news", "late")));
      hearing(alice, next, "service", "news");
      await(next.leave());
    }
  }

  @Test
  void itDoesNotHoldUpANodeThatCloses() throws Exception {
    PlenumOptions options = PlenumOptions.of(Map.of(
        "data.dir", folder.resolve("closing").toString(), "node.ip", HOST, "http.port", "0", "media.ip", HOST,
        "media.port", "0", "media.loops", "1", "drain.timeoutS", "3600"));
    Vertx own = Vertx.vertx(options.addTo(new VertxOptions()));
    PlenumNode closing = await(PlenumNode.deploy(own, options));
    await(closing.join("room", "service", "Service", message -> { }));
    await(closing.close());
    await(own.close());
  }
}
