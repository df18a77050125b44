package io.plenum.media.router;

import static io.plenum.simulation.VirtualTime.SECOND;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.SctpStreamParameters;
import io.plenum.media.router.SctpTotals.Figure;
import io.plenum.protocol.sctp.SctpDrop;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelDrop;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import io.plenum.simulation.Impairment;
import io.plenum.simulation.SimulatedCall;
import io.plenum.simulation.SimulatedPeer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop's figures of data, as metrics see them. */
class SctpTotalsTest {
  private SimulatedCall call;
  private SctpTotals totals;
  private SimulatedPeer alice;
  private SimulatedPeer bob;
  private DataChannel chat;
  private DataConsumer toBob;

  /** Alice's chat goes to Bob. */
  @BeforeEach
  void join() {
    call = new SimulatedCall(1, Impairment.NONE);
    totals = call.node().router().environment().sctp();
    alice = call.join("alice");
    bob = call.join("bob");
    assertEquals(0, totals.associations(), "who does not speak of data has none");
    alice.transport().produceData(new DataProducerOptions("chat", new SctpStreamParameters(3, true, null, null), "chat",
        "", false, Map.of()), call.nowNs());
    chat = alice.data().channels().openNegotiated(3, DataChannelParameters.reliable("chat", ""));
    call.runFor(2 * SECOND);
    List.of(alice, bob).forEach(peer -> peer.data().channels().association().connect(call.nowNs()));
    call.runFor(2 * SECOND);
    toBob = bob.transport().consumeData(DataConsumerOptions.of("toBob", "chat"), call.nowNs());
    bob.data().channels().openNegotiated(
        toBob.sctpStreamParameters().streamId(), DataChannelParameters.reliable("chat", ""));
  }

  private void say(int bytes) {
    assertEquals(SendResult.QUEUED, alice.data().channels().send(chat, false, new byte[bytes], call.nowNs()));
  }

  private List<Long> messages() {
    return List.of(totals.total(Figure.MESSAGES_RECEIVED), totals.total(Figure.MESSAGE_BYTES_RECEIVED),
        totals.total(Figure.MESSAGES_SENT), totals.total(Figure.MESSAGE_BYTES_SENT));
  }

  @Test
  void whatAssociationsHaveDoneIsAddedUpAlsoWhenTheyAreGone() {
    say(100);
    say(2_000);
    call.runFor(SECOND);
    assertEquals(2, totals.associations());
    assertEquals(List.of(2L, 2_100L, 2L, 2_100L), messages());
    long packets = totals.total(Figure.PACKETS_RECEIVED);
    assertTrue(packets > 5 && totals.total(Figure.PACKETS_SENT) > 5);

    alice.transport().close(call.nowNs());
    alice.transport().close(call.nowNs());
    bob.transport().close(call.nowNs());
    assertEquals(0, totals.associations());
    assertEquals(List.of(2L, 2_100L, 2L, 2_100L), messages());
    assertEquals(packets, totals.total(Figure.PACKETS_RECEIVED));
  }

  @Test
  void whatIsDroppedIsToldByReason() {
    byte[] garbage = new byte[40];
    Arrays.fill(garbage, (byte) 1);
    // Straight into her DTLS, past her own SCTP.
    alice.sendData(garbage);
    alice.data().channels().association().send(900, 51, new byte[] {1},
        SendOptions.RELIABLE, call.nowNs());
    call.runFor(SECOND);
    long dropped = Arrays.stream(SctpDrop.values()).mapToLong(totals::drops).sum();
    assertEquals(1, dropped);
    assertEquals(1, totals.drops(DataChannelDrop.UNKNOWN_CHANNEL));
    alice.transport().close(call.nowNs());
    assertEquals(1, Arrays.stream(SctpDrop.values()).mapToLong(totals::drops).sum());
    assertEquals(1, totals.drops(DataChannelDrop.UNKNOWN_CHANNEL));
  }

  @Test
  void aConsumerThatDoesNotReadShowsInWhatWaitsAndInWhatIsRefused() {
    long[] refused = call.node().router().environment().drops().of(SendResult.class);
    bob.cut(true);
    DataMessage message = new DataMessage(false, new byte[100_000]);
    for (int i = 0; i < 40; i++) {
      toBob.send(message, call.nowNs());
      call.runFor(SECOND / 2);
    }
    assertTrue(totals.bufferedBytes() > 1_500_000, () -> totals.bufferedBytes() + " bytes wait");
    long atLimits = refused[SendResult.BUFFER_FULL.ordinal()] + refused[SendResult.STREAM_BUFFER_FULL.ordinal()];
    assertTrue(atLimits > 5, () -> Arrays.toString(refused));
    bob.transport().close(call.nowNs());
    assertEquals(0, totals.bufferedBytes());
  }
}
