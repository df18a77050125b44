package io.plenum.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.cluster.message.Layers;
import io.plenum.cluster.message.Owner;
import io.plenum.cluster.message.PipeConsumerParameters;
import io.plenum.cluster.message.PipeEnd;
import io.plenum.cluster.message.ProducerKind;
import io.plenum.cluster.message.ProducerRow;
import io.plenum.cluster.message.Protocol;
import io.plenum.cluster.message.RoomChange;
import io.plenum.cluster.message.RoomEvent;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.RouterPair;
import io.plenum.cluster.message.SignalMessage;
import io.plenum.cluster.message.SignalMessage.ClosePipeTransport;
import io.plenum.cluster.message.SignalMessage.Consume;
import io.plenum.cluster.message.SignalMessage.ConsumeRefused;
import io.plenum.cluster.message.SignalMessage.Consumed;
import io.plenum.cluster.message.SignalMessage.CreatePipeTransport;
import io.plenum.cluster.message.SignalMessage.GetRoomState;
import io.plenum.cluster.message.SignalMessage.Have;
import io.plenum.cluster.message.SignalMessage.Ping;
import io.plenum.cluster.message.SignalMessage.Pong;
import io.plenum.cluster.message.SignalMessage.RoomState;
import io.plenum.cluster.message.SignalMessage.Scores;
import io.plenum.cluster.message.SignalMessage.Want;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Bus} does when nothing goes wrong; the real one runs these tests, too, and so its JSON is tested.
 */
public abstract class BusContract {
  private static final Owner FROM = new Owner("from", 1);
  private static final RouterPair PAIR = new RouterPair("a", "b");
  private static final ProducerRow ROW = new ProducerRow(
      FROM, 4, "room", "p1", "a", "peer", ProducerKind.AUDIO, true, Map.of("source", "mic"));

  /** The bus of the node {@code from}. */
  protected abstract Bus bus();

  /** The next signal that reached the node {@code to}. */
  protected abstract SignalMessage awaitSignal();

  /** The next message that reached the node {@code to} on the topic {@code room}, which it subscribes to. */
  protected abstract RoomMessage awaitPublished();

  @Test
  void everySignalArrivesAsItWasSent() {
    PipeEnd end = new PipeEnd("e1", 9, "192.0.2.1", 42_000,
        new PipeEnd.PipeSrtpParameters("AEAD_AES_256_GCM", "a2V5"), null);
    int v = Protocol.VERSION;
    List<SignalMessage> all = List.of(new Ping(v, FROM, 1), new Pong(v, FROM, 2), new GetRoomState(v, FROM, "room"),
        new RoomState(v, FROM, "room", 1L << 40, true, List.of(ROW)),
        new RoomState(v, FROM, "room", 3, false, List.of()),
        new CreatePipeTransport(v, FROM, "room", PAIR, end, null),
        new ClosePipeTransport(v, FROM, "room", PAIR, "e1", null),
        new Consume(v, FROM, "room", PAIR, "e1", "e2", 3, "p1", new Layers(2, 1)),
        new Consumed(v, FROM, "room", PAIR, "e1", "e2", "p1", new PipeConsumerParameters("c1", null, null, null)),
        new ConsumeRefused(v, FROM, "room", PAIR, "e1", "e2", "p1", "producer-not-found"),
        new Want(v, FROM, "room", PAIR, "e1", "e2", 4, Map.of("p1", Layers.NONE)),
        new Have(v, FROM, "room", PAIR, "e1", "e2", 4, Map.of("p1", "c1")),
        new Scores(v, FROM, "room", PAIR, "e1", "e2", 5, Map.of("p1", List.of(10, 0, 7))));
    for (SignalMessage message : all) {
      bus().send("to", message);
      assertEquals(message, awaitSignal());
    }
  }

  @Test
  void aRoomMessageArrivesAsItWasPublished() {
    RoomMessage message = new RoomMessage(Protocol.VERSION, FROM, "room", 5, List.of(
        new RoomChange(RoomEvent.PRODUCER_PAUSE, 4, ROW, null), new RoomChange(RoomEvent.ROOM_LEAVE, 5, null, null)));
    bus().publish(message);
    assertEquals(message, awaitPublished());
  }
}
