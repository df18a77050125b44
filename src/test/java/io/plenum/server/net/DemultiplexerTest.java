package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Two transports and one address. */
class DemultiplexerTest implements WebRtcTransport.Network {
  private static final long SECOND = 1_000_000_000L;
  private static final InetSocketAddress LOCAL = new InetSocketAddress("192.0.2.1", 40000);
  private static final InetSocketAddress ADDRESS = new InetSocketAddress("198.51.100.4", 5000);

  private final Demultiplexer demultiplexer = new Demultiplexer(new NetCounters());
  private final Router router = new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
      new RouterEnvironment(new SplittableRandom(1), 0));
  /** Transports that recognised a packet, in order. */
  private final List<String> heard = new ArrayList<>();
  private final WebRtcTransport old = transport("old", 1);
  private final WebRtcTransport young = transport("young", 2);
  private byte transactions;

  private WebRtcTransport transport(String name, int mark) {
    return new WebRtcTransport(name, router, this, List.of(), IceOptions.DEFAULT,
        new MediaPolicer(MediaPolicer.Rates.ofMbit(40, 8_000)), sink -> new MarkedDtls(name, mark));
  }

  private void check(WebRtcTransport transport, long nowNs) {
    IceParameters parameters = transport.iceParameters();
    byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
    transactionId[0] = ++transactions;
    StunWriter writer = new StunWriter(256);
    writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
    writer.putUsername((parameters.usernameFragment() + ":peer").getBytes(StandardCharsets.US_ASCII));
    writer.putIceControlling(7);
    writer.putUseCandidate();
    writer.putPriority(1);
    int length = writer.finish(StunIntegrity.ofPassword(parameters.password()));
    demultiplexer.onDatagram(LOCAL, ADDRESS, Arrays.copyOf(writer.bytes(), length), length, nowNs);
  }

  private void packet(int mark, long nowNs) {
    demultiplexer.onDatagram(LOCAL, ADDRESS, new byte[] {22, (byte) mark}, 2, nowNs);
  }

  @Test
  void aCheckIsForTheTransportThatItNamesAlsoFromAnAddressThatIsAnothers() {
    check(old, 0);
    check(young, 1);
    assertEquals(IceState.COMPLETED, young.iceState());
  }

  @Test
  void eachPacketGoesToTheTransportThatRecognisesIt() {
    check(old, 0);
    check(young, 1);
    for (int mark : new int[] {1, 2, 2, 1, 3, 2}) {
      packet(mark, 2);
    }
    assertEquals(List.of("old", "young", "young", "old", "young"), heard, "neither takes the address from the other");
  }

  @Test
  void whenTheOldTransportEndsTheAddressIsTheYoungOnes() {
    check(old, 0);
    check(young, 1);
    old.close(2);
    packet(2, 3);
    assertEquals(List.of("young"), heard);
    assertEquals(1, demultiplexer.routes());
    young.close(4);
    assertEquals(0, demultiplexer.routes());
  }

  @Test
  void theOldTransportsConsentEndsWithoutTakingTheAddressFromTheYoungOne() {
    check(old, 0);
    check(young, 10 * SECOND);
    packet(2, 11 * SECOND);
    old.onTimeout(30 * SECOND);
    assertEquals(IceState.DISCONNECTED, old.iceState());
    packet(2, 31 * SECOND);
    assertEquals(List.of("young", "young"), heard);
  }

  @Override
  public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {}

  @Override
  public void onTupleAdded(WebRtcTransport transport, TransportTuple tuple) {
    demultiplexer.add(tuple, transport);
  }

  @Override
  public void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple) {
    demultiplexer.remove(tuple, transport);
  }

  @Override
  public void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment) {
    demultiplexer.add(usernameFragment, transport);
  }

  @Override
  public void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment) {
    demultiplexer.remove(usernameFragment);
  }

  /** Takes packets with its mark for authentic. */
  private final class MarkedDtls implements DtlsSession {
    private final String name;
    private final int mark;

    MarkedDtls(String name, int mark) {
      this.name = name;
      this.mark = mark;
    }

    @Override
    public void start(DtlsRole localRole, DtlsFingerprint remoteFingerprint) {}

    @Override
    public DtlsArrival onDatagram(byte[] bytes, int offset, int length) {
      if (bytes[offset + 1] != mark) {
        return DtlsArrival.NOTHING;
      }
      heard.add(name);
      return DtlsArrival.AUTHENTIC;
    }

    @Override
    public boolean send(byte[] bytes, int offset, int length) {
      return false;
    }

    @Override
    public DtlsState state() {
      return DtlsState.NEW;
    }

    @Override
    public void close() {}
  }
}
