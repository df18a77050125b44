package io.plenum.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.ice.IceControllingClient;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.DatagramKind;
import io.plenum.server.dtls.DtlsSessions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** A path to a node: ICE and DTLS agree on what the bare loop is simply told. On its loop. */
final class WebRtcPath extends MediaPath implements IceControllingClient.Sink, DtlsSession.Sink {
  private final IceControllingClient ice;
  private final DtlsSession dtls;
  private final DtlsFingerprint fingerprint;
  private final TransportTuple tuple;
  private final StunMessage stun = new StunMessage();
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private boolean handshaking;
  private volatile long usableNs;

  /** @param description the server's answer to createWebRtcTransport */
  WebRtcPath(BenchLoop loop, JsonNode description, DtlsSessions sessions, RandomGenerator random) {
    super(loop, address(description.path("iceCandidates").path(0)), random.nextInt());
    JsonNode remoteIce = description.path("iceParameters");
    JsonNode print = description.path("dtlsParameters").path("fingerprints").path(0);
    fingerprint = new DtlsFingerprint(print.path("algorithm").asText(), print.path("value").asText());
    tuple = new TransportTuple(
        TransportTuple.Protocol.UDP, new InetSocketAddress(remote.getAddress(), localPort()), remote);
    ice = new IceControllingClient("benc" + Integer.toHexString(random.nextInt()),
        new IceCredentials(remoteIce.path("usernameFragment").asText(), remoteIce.path("password").asText()),
        IceOptions.DEFAULT, random, this);
    dtls = sessions.create(loop, this, "bench");
  }

  private static InetSocketAddress address(JsonNode candidate) {
    String host = candidate.has("address") ? candidate.path("address").asText() : candidate.path("ip").asText();
    return new InetSocketAddress(host, candidate.path("port").asInt());
  }

  /** When the first check was answered; valid once it is connected. */
  long usableNs() {
    return usableNs;
  }

  /** Completes when SRTP can flow. */
  CompletableFuture<Void> connect() throws IOException {
    connect(remote);
    loop.add(this);
    long nowNs = System.nanoTime();
    ice.addTuple(tuple, nowNs);
    // At once: the loop's next look at deadlines is up to 5 ms away, which is much of a join.
    ice.onTimeout(nowNs);
    return connected;
  }

  @Override
  void onOther(DatagramKind kind, byte[] bytes, int length, long nowNs) {
    if (kind == DatagramKind.STUN) {
      if (stun.parse(bytes, 0, length) == null) {
        ice.onStun(stun, tuple, nowNs);
      }
    } else if (kind == DatagramKind.DTLS) {
      dtls.onDatagram(bytes, 0, length);
    }
  }

  @Override
  void onTimeout(long nowNs) {
    if (ice.nextDeadlineNs() <= nowNs) {
      ice.onTimeout(nowNs);
    }
    super.onTimeout(nowNs);
  }

  @Override
  public void sendStun(byte[] bytes, int offset, int length, TransportTuple to) {
    transmit(java.util.Arrays.copyOfRange(bytes, offset, offset + length), length);
  }

  @Override
  public void onIceStateChanged(IceState from, IceState to) {
    if (!handshaking && to.isUsable()) {
      handshaking = true;
      usableNs = System.nanoTime();
      loop.execute(() -> dtls.start(DtlsRole.CLIENT, fingerprint));
    }
  }

  @Override
  public void onSelectedTupleChanged(TransportTuple selected) {
    // There is but one.
  }

  @Override
  public void sendDtls(byte[] bytes, int offset, int length) {
    transmit(java.util.Arrays.copyOfRange(bytes, offset, offset + length), length);
  }

  @Override
  public void onDtlsConnected(SrtpKeys local, SrtpKeys ofRemote) {
    onKeys(local, ofRemote);
    connected.complete(null);
  }

  @Override
  public void onDtlsData(byte[] bytes, int offset, int length) {
    // No data channels.
  }

  @Override
  public void onDtlsFailed(String reason) {
    connected.completeExceptionally(new IOException("DTLS: " + reason));
  }

  @Override
  public void onDtlsClosed() {
    connected.completeExceptionally(new IOException("DTLS closed"));
  }
}
