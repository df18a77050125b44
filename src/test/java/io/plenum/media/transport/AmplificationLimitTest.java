package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.DtlsParameters;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmplificationLimitTest {
  private static final TransportTuple UDP = tuple(TransportTuple.Protocol.UDP, 1);
  private static final TransportTuple OTHER = tuple(TransportTuple.Protocol.UDP, 2);
  private static final TransportTuple TCP = tuple(TransportTuple.Protocol.TCP, 1);
  /** Four datagrams of a server's flight with an EC certificate, and its repetitions. */
  private static final int[] FLIGHT = {110, 330, 160, 80};

  private final AmplificationLimit limit = new AmplificationLimit();

  private static TransportTuple tuple(TransportTuple.Protocol protocol, int port) {
    return new TransportTuple(protocol, new InetSocketAddress("192.0.2.1", 40_000), new InetSocketAddress("198.51.100.1", port));
  }

  @Test
  void threeTimesWhatCameMayGoAndNoMore() {
    limit.onReceived(UDP, 100);
    assertTrue(limit.take(UDP, 200));
    assertFalse(limit.take(UDP, 101));
    assertTrue(limit.take(UDP, 100));
    assertFalse(limit.take(UDP, 1));
    assertFalse(limit.take(OTHER, 1), "each address for itself");
  }

  @Test
  void whatIsHeldGoesFirstAndInOrder() {
    limit.onReceived(UDP, 10);
    assertFalse(limit.take(UDP, 40));
    assertTrue(limit.hold(new byte[] {9, 1, 2, 9}, 1, 2));
    assertTrue(limit.hold(new byte[40], 0, 40));
    assertFalse(limit.take(UDP, 1), "nothing overtakes");
    assertArrayEquals(new byte[] {1, 2}, limit.next(UDP));
    assertNull(limit.next(UDP));
    limit.onReceived(UDP, 4);
    assertEquals(40, limit.next(UDP).length);
    assertNull(limit.next(UDP));
    assertNull(limit.next(null));
  }

  @Test
  void whatIsHeldHasALimit() {
    for (int i = 0; i < AmplificationLimit.MAX_HELD_DATAGRAMS; i++) {
      assertTrue(limit.hold(new byte[1], 0, 1));
    }
    assertFalse(limit.hold(new byte[1], 0, 1));
    AmplificationLimit large = new AmplificationLimit();
    assertFalse(large.hold(new byte[AmplificationLimit.MAX_HELD_BYTES + 1], 0, AmplificationLimit.MAX_HELD_BYTES + 1));
  }

  @Test
  void tcpAndAProvenAddressHaveNoLimit() {
    assertTrue(limit.take(TCP, 10_000));
    assertTrue(limit.hold(new byte[5], 0, 5));
    limit.onProven();
    assertEquals(5, limit.next(UDP).length);
    assertTrue(limit.take(UDP, 10_000));
  }

  /** A client with one check a time, whose hello the server answers with a flight each time that it comes. */
  private static final class Stranger implements WebRtcTransport.Network {
    private DtlsSession.Sink out;
    private final WebRtcTransport transport = new WebRtcTransport("t",
        new Router("r", RouterCapabilities.generate(MediaCodecs.defaults()), new RouterEnvironment(new SplittableRandom(1), 0)),
        this, List.of(), IceOptions.DEFAULT, new MediaPolicer(MediaPolicer.Rates.ofMbit(40, 8_000)), sink -> {
          out = sink;
          return new Flights();
        });
    private long received;
    private long sent;
    private int datagrams;
    private int number;

    private final class Flights implements DtlsSession {
      @Override
      public void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint) {}

      @Override
      public DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
        for (int size : FLIGHT) {
          out.sendDtls(new byte[size], 0, size);
        }
        return DtlsArrival.HANDSHAKE;
      }

      @Override
      public boolean send(byte[] bytes, int offset, int length) {
        return false;
      }

      @Override
      public DtlsState state() {
        return DtlsState.CONNECTING;
      }

      @Override
      public void close() {}
    }

    Stranger() {
      transport.connect(new DtlsParameters(DtlsRole.CLIENT, List.of(DtlsFingerprint.of("sha-256", new byte[8]))), 0);
    }

    void check() {
      StunWriter writer = new StunWriter(256);
      byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
      transactionId[0] = (byte) ++number;
      writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
      writer.putUsername((transport.iceParameters().usernameFragment() + ":x").getBytes(StandardCharsets.US_ASCII));
      writer.putIceControlling(7);
      writer.putPriority(1);
      int length = writer.finish(StunIntegrity.ofPassword(transport.iceParameters().password()));
      receive(writer.bytes(), length);
    }

    void hello(int length) {
      byte[] hello = new byte[length];
      hello[0] = 22;
      receive(hello, length);
    }

    private void receive(byte[] bytes, int length) {
      received += length;
      transport.onDatagram(UDP, bytes, 0, length, 0);
      assertTrue(sent <= AmplificationLimit.FACTOR * received, sent + " bytes for " + received);
    }

    @Override
    public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {
      sent += length;
      datagrams++;
    }

    @Override
    public void onTupleAdded(WebRtcTransport transport, TransportTuple tuple) {}

    @Override
    public void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple) {}

    @Override
    public void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment) {}

    @Override
    public void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment) {}
  }

  @Test
  void anAddressThatSaysLittleGetsThreeTimesThatAndNoMore() {
    Stranger stranger = new Stranger();
    stranger.check();
    for (int i = 0; i < 200; i++) {
      stranger.hello(67);
    }
    assertTrue(stranger.transport.drops(GateDrop.UNPROVEN_ADDRESS) > 0);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({"1463, 1, Chromium's hello", "250, 1, a small hello", "67, 4, the smallest hello behind some checks"})
  void theFlightLeavesWholeAsSoonAsEnoughHasCome(int helloBytes, int checks, String who) {
    Stranger client = new Stranger();
    for (int i = 0; i < checks; i++) {
      client.check();
    }
    client.hello(helloBytes);
    assertEquals(checks + FLIGHT.length, client.datagrams, who);
  }

  @Test
  void aFlightThatWaitsLeavesWithTheNextChecks() {
    Stranger client = new Stranger();
    client.check();
    client.hello(67);
    assertTrue(client.datagrams < 1 + FLIGHT.length);
    client.check();
    client.check();
    assertEquals(3 + FLIGHT.length, client.datagrams);
  }
}
