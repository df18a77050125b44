package io.plenum.simulation;

import io.plenum.media.parameters.DtlsParameters;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.srtp.SrtpProfile;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A router, peers, and between them a network that follows from the seed: the same seed is the same call, bit by bit. */
public final class SimulatedCall {
  static final byte[] SERVER_CERTIFICATE = {'s', 'e', 'r', 'v', 'e', 'r', '0', '1'};

  private final VirtualTime time;
  private final SplittableRandom random;
  private final SimulatedNode node;
  private final Impairment impairment;
  private final SrtpProfile profile;
  private final Map<InetSocketAddress, SimulatedPeer> addresses = new HashMap<>();
  private final Map<String, SimulatedPeer> peers = new LinkedHashMap<>();
  private long sentToStrangers;

  /** @param impairment of each peer's path, in both directions */
  public SimulatedCall(long seed, Impairment impairment) {
    // A node's clock may be anything: every other seed crosses zero, and profiles take turns.
    this(new VirtualTime((seed & 1) == 1 ? -15 * VirtualTime.SECOND : seed * 1_000_000 * VirtualTime.SECOND), seed, impairment);
  }

  /** A second node at the same time. */
  SimulatedCall(VirtualTime time, long seed, Impairment impairment) {
    this.random = new SplittableRandom(seed);
    this.impairment = impairment;
    this.time = time;
    this.profile = seed % 4 == 3 ? SrtpProfile.AES128_CM_HMAC_SHA1_80 : SrtpProfile.AEAD_AES_128_GCM;
    this.node = new SimulatedNode(time, random.split(), this::onNodeSends);
  }

  public VirtualTime time() {
    return time;
  }

  public long nowNs() {
    return time.nowNs();
  }

  public SimulatedNode node() {
    return node;
  }

  Impairment impairment() {
    return impairment;
  }

  SrtpProfile profile() {
    return profile;
  }

  public SplittableRandom random() {
    return random;
  }

  /** A peer whose transport is made and connected; it is usable after a few round trips. */
  public SimulatedPeer join(String name) {
    SimulatedPeer peer = joinWithoutConnect(name);
    connect(peer, peer.certificate());
    return peer;
  }

  public SimulatedPeer joinWithoutConnect(String name) {
    SimulatedPeer peer = new SimulatedPeer(name, this, random.split(), peers.size() + 1);
    peers.put(name, peer);
    return peer;
  }

  /** What signalling tells the node of the peer's certificate. */
  public void connect(SimulatedPeer peer, byte[] certificate) {
    peer.transport().connect(
        new DtlsParameters(DtlsRole.CLIENT, List.of(FakeDtlsSession.fingerprint(certificate))), nowNs());
  }

  DtlsSession serverDtls(DtlsSession.Sink sink, SplittableRandom peerRandom) {
    return new FakeDtlsSession(time, sink, profile, SERVER_CERTIFICATE, peerRandom);
  }

  void claim(InetSocketAddress outside, SimulatedPeer peer) {
    addresses.put(outside, peer);
  }

  void onUplink(InetSocketAddress from, byte[] datagram) {
    node.receive(from, datagram, 0, datagram.length);
  }

  private void onNodeSends(InetSocketAddress to, byte[] bytes, int offset, int length) {
    SimulatedPeer peer = addresses.get(to);
    if (peer != null) {
      peer.onDownlink(to, bytes, offset, length);
    } else {
      sentToStrangers++;
    }
  }

  /** Datagrams that the node has sent to addresses of nobody's. */
  public long sentToStrangers() {
    return sentToStrangers;
  }

  public void runFor(long durationNs) {
    time.runFor(durationNs);
  }
}
