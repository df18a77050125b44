package io.plenum.protocol.sctp.dcep;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpMessage;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.packet.Capabilities;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Two sides over a path without faults and without delay. */
class DataChannelsTest {
  private final ArrayDeque<Runnable> path = new ArrayDeque<>();
  private long nowNs;

  private final class Side implements DataChannels.Sink {
    final List<String> told = new ArrayList<>();
    final List<Integer> low = new ArrayList<>();
    final DataChannels channels;
    Side other;

    Side(long seed, Capabilities capabilities) {
      Function<SctpAssociation.Sink, SctpAssociation> make = sink -> new SctpAssociation(
          SctpOptions.ofDataChannels().withCapabilities(capabilities), new SplittableRandom(seed), sink);
      channels = new DataChannels(make, this);
    }

    @Override
    public void sendPacket(byte[] bytes, int offset, int length) {
      byte[] packet = Arrays.copyOfRange(bytes, offset, offset + length);
      path.add(() -> other.channels.association().onPacket(packet, 0, packet.length, nowNs));
    }

    @Override
    public void onSctpStateChanged(SctpState before, SctpState now, String reason) {}

    @Override
    public void onChannelState(DataChannel channel, DataChannelState state) {
      told.add(channel.streamId() + " " + channel.parameters().label() + " " + state.label());
    }

    @Override
    public void onMessage(DataChannel channel, boolean text, byte[] content) {
      told.add(channel.streamId() + (text ? " text " : " binary ") + new String(content, StandardCharsets.UTF_8));
    }

    @Override
    public void onBufferedAmountLow(DataChannel channel) {
      low.add(channel.streamId());
    }

    List<String> takeTold() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }
  }

  private final Side client = new Side(1, SctpOptions.ALL);
  private Side server = new Side(2, SctpOptions.ALL);

  private void connect() {
    client.other = server;
    server.other = client;
    client.channels.setDtlsClient(true);
    client.channels.association().connect(nowNs);
    settle();
  }

  private void settle() {
    for (int i = 0; i < 20; i++) {
      while (!path.isEmpty()) {
        path.poll().run();
      }
      nowNs += 200_000_000L;
      client.channels.association().onTimeout(nowNs);
      server.channels.association().onTimeout(nowNs);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aChannelOpenedInBandIsOpenAtBothEndsAndKeepsItsPromises() {
    connect();
    DataChannelParameters parameters = new DataChannelParameters("chat", "json", false, -1, 2, 256);
    DataChannel channel = client.channels.open(parameters, nowNs);
    // Before the acknowledgement, and yet after the opening.
    client.channels.send(channel, true, utf8("early"), nowNs);
    settle();
    assertEquals(List.of("0 chat open", "0 text early"), server.takeTold());
    assertEquals(List.of("0 chat open"), client.takeTold());
    assertEquals(parameters, server.channels.channel(0).parameters());
    server.channels.send(server.channels.channel(0), false, utf8("back"), nowNs);
    settle();
    assertEquals(List.of("0 binary back"), client.takeTold());
  }

  @Test
  void eachSideHasItsOwnNumbers() {
    connect();
    for (int i = 0; i < 3; i++) {
      client.channels.open(DataChannelParameters.reliable("c" + i, ""), nowNs);
      server.channels.open(DataChannelParameters.reliable("s" + i, ""), nowNs);
    }
    settle();
    assertEquals(List.of("c0", "s0", "c1", "s1", "c2", "s2"),
        client.channels.channels().stream().map(channel -> channel.parameters().label()).toList());
  }

  @Test
  void aNegotiatedChannelIsOpenWhenTheAssociationIsAndTellsThePeerNothing() {
    DataChannelParameters parameters = DataChannelParameters.reliable("known", "");
    DataChannel ours = client.channels.openNegotiated(9, parameters);
    server.channels.openNegotiated(9, parameters);
    assertEquals(DataChannelState.CONNECTING, ours.state());
    assertEquals(SendResult.QUEUED, client.channels.send(ours, true, utf8("waits"), nowNs));
    connect();
    assertEquals(List.of("9 known open", "9 text waits"), server.takeTold());
    assertNull(client.channels.openNegotiated(9, parameters), "taken");
    assertNull(client.channels.openNegotiated(65_535, parameters), "not a stream");
  }

  @Test
  void emptyMessagesOfBothKindsArriveEmpty() {
    connect();
    DataChannel channel = client.channels.open(DataChannelParameters.reliable("e", ""), nowNs);
    client.channels.send(channel, true, new byte[0], nowNs);
    client.channels.send(channel, false, new byte[0], nowNs);
    settle();
    assertEquals(List.of("0 e open", "0 text ", "0 binary "), server.takeTold());
  }

  @Test
  void aMessageOfTheLongestLengthArrives() {
    connect();
    DataChannel channel = client.channels.open(DataChannelParameters.reliable("e", ""), nowNs);
    byte[] content = new byte[SctpOptions.MAX_MESSAGE_BYTES];
    Arrays.fill(content, (byte) 'x');
    assertEquals(SendResult.QUEUED, client.channels.send(channel, true, content, nowNs));
    settle();
    assertTrue(server.told.contains("0 text " + "x".repeat(content.length)), "it came, whole");
    assertTrue(client.low.contains(0));
    assertEquals(SendResult.TOO_LONG, client.channels.send(channel, true, new byte[content.length + 1], nowNs));
  }

  @Test
  void closingSendsWhatWaitsAndEndsTheChannelAtBothEndsAndFreesItsNumber() {
    connect();
    for (int round = 0; round < 3; round++) {
      DataChannel channel = client.channels.open(DataChannelParameters.reliable("c", ""), nowNs);
      assertEquals(0, channel.streamId());
      client.channels.send(channel, true, utf8("last"), nowNs);
      client.channels.close(channel, nowNs);
      assertEquals(SendResult.STREAM_CLOSING, client.channels.send(channel, true, utf8("late"), nowNs));
      settle();
      assertEquals(List.of("0 c open", "0 text last", "0 c closing", "0 c closed"), server.takeTold());
      assertEquals(List.of("0 c closing", "0 c closed"), client.takeTold());
      assertTrue(client.channels.channels().isEmpty());
      assertTrue(server.channels.channels().isEmpty());
    }
  }

  @Test
  void bothMayCloseAtOnce() {
    connect();
    DataChannel channel = client.channels.open(DataChannelParameters.reliable("c", ""), nowNs);
    settle();
    client.channels.close(channel, nowNs);
    server.channels.close(server.channels.channel(0), nowNs);
    settle();
    assertTrue(client.channels.channels().isEmpty());
    assertTrue(server.channels.channels().isEmpty());
  }

  @Test
  void aPeerThatCannotResetStreamsLeavesAChannelThatIsClosedHereOnly() {
    server = new Side(3, Capabilities.NONE);
    connect();
    DataChannel channel = client.channels.open(DataChannelParameters.reliable("c", ""), nowNs);
    settle();
    client.channels.close(channel, nowNs);
    assertEquals(DataChannelState.CLOSED, channel.state());
  }

  @Test
  void theEndOfTheAssociationClosesAllChannels() {
    connect();
    client.channels.open(DataChannelParameters.reliable("c", ""), nowNs);
    server.channels.openNegotiated(7, DataChannelParameters.reliable("n", ""));
    settle();
    server.takeTold();
    client.channels.association().abort("gone", nowNs);
    settle();
    assertEquals(List.of("0 c closed", "7 n closed"), server.takeTold());
  }

  /** What the client's SCTP says without its channels. */
  private void raw(int streamId, int payloadProtocolId, byte[] payload) {
    assertEquals(SendResult.QUEUED, client.channels.association()
        .send(streamId, payloadProtocolId, payload, SendOptions.RELIABLE, nowNs));
  }

  @Test
  void whatBelongsToNoChannelOrIsNoUsersMessageIsDroppedAndCounted() {
    connect();
    server.channels.openNegotiated(4, DataChannelParameters.reliable("n", ""));
    server.takeTold();
    raw(2, PayloadProtocol.STRING, utf8("nobody's"));
    raw(4, 77, utf8("unknown"));
    raw(4, PayloadProtocol.BINARY_PARTIAL, utf8("deprecated"));
    raw(6, PayloadProtocol.DCEP, new byte[] {9});
    raw(8, PayloadProtocol.DCEP, DcepMessage.ack());
    raw(3, PayloadProtocol.DCEP, DcepMessage.open(DataChannelParameters.reliable("not yours", "")));
    raw(4, PayloadProtocol.DCEP, DcepMessage.open(DataChannelParameters.reliable("taken", "")));
    settle();
    assertEquals(List.of(), server.takeTold());
    assertEquals(2, server.channels.drops(DataChannelDrop.UNKNOWN_CHANNEL));
    assertEquals(2, server.channels.drops(DataChannelDrop.UNKNOWN_PAYLOAD_PROTOCOL));
    assertEquals(1, server.channels.drops(DataChannelDrop.MALFORMED_DCEP));
    assertEquals(2, server.channels.drops(DataChannelDrop.CONFLICTING_OPEN));
    assertNotNull(server.channels.channel(4));
  }

  @Test
  void aPeerMayOpenSoManyChannelsAndNoMore() {
    connect();
    byte[] opening = DcepMessage.open(DataChannelParameters.reliable("c", ""));
    for (int i = 0; i < DataChannels.MAX_CHANNELS_OF_PEER + 10; i++) {
      raw(2 * i, PayloadProtocol.DCEP, opening);
      if (i % 100 == 0) {
        settle();
      }
    }
    settle();
    assertEquals(DataChannels.MAX_CHANNELS_OF_PEER, server.channels.channels().size());
    assertEquals(10, server.channels.drops(DataChannelDrop.TOO_MANY_CHANNELS));
  }

  @Test
  void payloadProtocolsSayWhatAMessageIs() {
    assertEquals(51, PayloadProtocol.of(true, 1));
    assertEquals(53, PayloadProtocol.of(false, 1));
    assertEquals(56, PayloadProtocol.of(true, 0));
    assertEquals(57, PayloadProtocol.of(false, 0));
    assertArrayEquals(new byte[1], PayloadProtocol.payload(new byte[0]));
    assertArrayEquals(new byte[0], PayloadProtocol.content(57, new byte[1]));
    assertArrayEquals(new byte[] {5}, new SctpMessage(0, 53, PayloadProtocol.content(53, new byte[] {5})).payload());
  }
}
