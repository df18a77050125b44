package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.ice.IceControllingClient;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.DatagramKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** One transport of a synthetic client: a UDP socket, ICE, DTLS and SRTP of our own cores. On the clients' loop. */
final class MediaTransport implements IceControllingClient.Sink, DtlsSession.Sink {
  /** Takes what came through. */
  interface Receiver extends RtcpHandler {
    void onRtp(RtpPacket packet, long nowNs);

    /** What came inside DTLS; the bytes are the transport's again afterwards. */
    default void onData(byte[] bytes, int offset, int length, long nowNs) {}
  }

  private final ClientLoop loop;
  private final DatagramSocket socket;
  private final IceControllingClient ice;
  private final DtlsSession dtls;
  private final DtlsFingerprint fingerprint;
  private final IceCredentials remoteCredentials;
  private final TransportTuple tuple;
  private final Receiver receiver;
  private final StunMessage stun = new StunMessage();
  private final RtpPacket packet = new RtpPacket();
  private final RtcpReader rtcp = new RtcpReader();
  private final byte[] plain = new byte[2_048];
  private final CompletableFuture<Void> connected = new CompletableFuture<>();
  private ScheduledFuture<?> timer;
  private SrtpSender sender;
  private SrtpReceiver srtpReceiver;
  private List<byte[]> recording;
  private int stillToRecord;
  private long sentDatagrams;
  private boolean handshaking;
  private boolean closed;

  /** @param description the server's answer to createWebRtcTransport */
  MediaTransport(ClientLoop loop, JsonNode description, Receiver receiver) {
    this.loop = loop;
    this.receiver = receiver;
    JsonNode remote = description.path("iceParameters");
    JsonNode candidate = description.path("iceCandidates").path(0);
    JsonNode print = description.path("dtlsParameters").path("fingerprints").path(0);
    fingerprint = new DtlsFingerprint(print.path("algorithm").asText(), print.path("value").asText());
    String host = candidate.has("address") ? candidate.path("address").asText() : candidate.path("ip").asText();
    try {
      socket = new DatagramSocket();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    tuple = new TransportTuple(TransportTuple.Protocol.UDP, new InetSocketAddress("0.0.0.0", socket.getLocalPort()),
        new InetSocketAddress(host, candidate.path("port").asInt()));
    remoteCredentials =
        new IceCredentials(remote.path("usernameFragment").asText(), remote.path("password").asText());
    ice = new IceControllingClient("synt" + Integer.toHexString(loop.random.nextInt()), remoteCredentials,
        IceOptions.DEFAULT, RandomGenerator.getDefault(), this);
    dtls = loop.dtls.create(loop::execute, this, "synthetic");
    Thread reader = new Thread(this::read, "synthetic-udp");
    reader.setDaemon(true);
    reader.start();
  }

  DtlsFingerprint localFingerprint() {
    return loop.dtls.certificate().fingerprints().get(0);
  }

  /** Completes when SRTP can flow. */
  CompletableFuture<Void> connect() {
    ice.addTuple(tuple, System.nanoTime());
    tick();
    return connected.orTimeout(60, TimeUnit.SECONDS);
  }

  private void tick() {
    if (closed) {
      return;
    }
    ice.onTimeout(System.nanoTime());
    timer = loop.executor.schedule(this::tick, 20, TimeUnit.MILLISECONDS);
  }

  private void read() {
    byte[] bytes = new byte[2_048];
    DatagramPacket datagram = new DatagramPacket(bytes, bytes.length);
    while (!socket.isClosed()) {
      try {
        datagram.setLength(bytes.length);
        socket.receive(datagram);
        long nowNs = System.nanoTime();
        byte[] copy = Arrays.copyOf(bytes, datagram.getLength());
        loop.execute(() -> onDatagram(copy, nowNs));
      } catch (java.util.concurrent.RejectedExecutionException e) {
        return;
      } catch (IOException e) {
        // Closed, or a port that nobody listens on any more: the next one may come.
      }
    }
  }

  private void onDatagram(byte[] bytes, long nowNs) {
    if (closed || bytes.length == 0) {
      return;
    }
    DatagramKind kind = DatagramKind.of(bytes[0]);
    if (kind == DatagramKind.STUN) {
      if (stun.parse(bytes, 0, bytes.length) == null) {
        ice.onStun(stun, tuple, nowNs);
      }
    } else if (kind == DatagramKind.DTLS) {
      dtls.onDatagram(bytes, 0, bytes.length);
    } else if (srtpReceiver != null && bytes.length > 1) {
      onSrtp(bytes, nowNs);
    }
  }

  private void onSrtp(byte[] bytes, long nowNs) {
    if (RtpPacket.isRtcp(bytes[1])) {
      int length = srtpReceiver.unprotectRtcp(bytes, 0, bytes.length, plain, 0, System.nanoTime());
      if (length > 0) {
        rtcp.read(plain, 0, length, receiver);
      }
      return;
    }
    int length = srtpReceiver.unprotectRtp(bytes, 0, bytes.length, plain, 0);
    if (length > 0 && packet.parse(plain, 0, length) == null) {
      receiver.onRtp(packet, nowNs);
    }
  }

  /** @param bytes with room for the tag behind {@code length} */
  void sendRtp(byte[] bytes, int headerLength, int length) {
    if (sender != null && !closed) {
      int protectedLength = sender.protectRtp(bytes, 0, headerLength, length);
      if (stillToRecord > 0) {
        stillToRecord--;
        recording.add(Arrays.copyOf(bytes, protectedLength));
      }
      transmit(bytes, 0, protectedLength);
    }
  }

  void sendRtcp(byte[] bytes, int length) {
    if (sender != null && !closed) {
      transmit(bytes, 0, sender.protectRtcp(bytes, 0, length));
    }
  }

  /** Inside DTLS. */
  void sendData(byte[] bytes, int offset, int length) {
    if (!closed) {
      dtls.send(bytes, offset, length);
    }
  }

  /** The next RTP packets are kept as they leave. */
  List<byte[]> record(int packets) {
    recording = new ArrayList<>();
    stillToRecord = packets;
    return recording;
  }

  /** What an attacker who can write this client's address on his datagrams would send. From any thread. */
  void sendForged(byte[] bytes, int length) {
    try {
      socket.send(new DatagramPacket(bytes, length, tuple.remote()));
    } catch (IOException e) {
      // Nobody there: as lost on the way.
    }
  }

  /** Less the forged ones. */
  long sentDatagrams() {
    return sentDatagrams;
  }

  InetSocketAddress serverAddress() {
    return tuple.remote();
  }

  IceCredentials serverCredentials() {
    return remoteCredentials;
  }

  private void transmit(byte[] bytes, int offset, int length) {
    if (closed || length <= 0) {
      return;
    }
    try {
      sentDatagrams++;
      socket.send(new DatagramPacket(bytes, offset, length, tuple.remote()));
    } catch (IOException e) {
      // Nobody there: as lost on the way.
    }
  }

  /** Without a goodbye, as a client that died. */
  void close() {
    if (!closed) {
      closed = true;
      if (timer != null) {
        timer.cancel(false);
      }
      socket.close();
    }
  }

  @Override
  public void sendStun(byte[] bytes, int offset, int length, TransportTuple to) {
    transmit(bytes, offset, length);
  }

  @Override
  public void onIceStateChanged(IceState from, IceState to) {
    if (!handshaking && (to == IceState.CONNECTED || to == IceState.COMPLETED)) {
      handshaking = true;
      loop.execute(() -> dtls.start(DtlsRole.CLIENT, fingerprint));
    }
  }

  @Override
  public void onSelectedTupleChanged(TransportTuple selected) {
    // There is but one.
  }

  @Override
  public void sendDtls(byte[] bytes, int offset, int length) {
    transmit(bytes, offset, length);
  }

  @Override
  public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {
    sender = new SrtpSender(local);
    srtpReceiver = new SrtpReceiver(remote);
    connected.complete(null);
  }

  @Override
  public void onDtlsData(byte[] bytes, int offset, int length) {
    receiver.onData(bytes, offset, length, System.nanoTime());
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
