package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtp.RtpPacket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A client without a browser: real WebSocket signalling, real ICE, DTLS and SRTP over real UDP, made-up pictures and
 * sounds. Light enough that tests can have dozens, and exact: it knows to the millisecond when nothing came.
 *
 * <p>Methods may be called from any thread; they wait for what they cause.
 */
public final class SyntheticClient implements Signaling.Handler, MediaTransport.Receiver, AutoCloseable {
  private static final long PATIENCE_S = 80;

  /** One notification, with its time. */
  public record Notice(long atNs, String method, JsonNode data) {}

  private final ClientLoop loop;
  private final String peerId;
  private final String room;
  private final Map<String, IncomingStream> incoming = new LinkedHashMap<>();
  private final List<OutgoingStream> outgoing = new ArrayList<>();
  private final List<Notice> notices = new ArrayList<>();
  private final Set<String> peers = new TreeSet<>();
  private final List<ScheduledFuture<?>> captures = new ArrayList<>();
  private List<byte[]> recording = List.of();
  private Signaling signaling;
  private MediaTransport send;
  private MediaTransport receive;
  private String sendTransportId;
  private String closedReason;
  private int nextMid;

  private final GapMeter gaps;
  private final Consumer<List<String>> onDraining;
  private List<String> elsewhere = List.of();
  private boolean inRoom;

  private SyntheticClient(
      ClientLoop loop, String room, String peerId, GapMeter gaps, Consumer<List<String>> onDraining) {
    this.loop = loop;
    this.room = room;
    this.peerId = peerId;
    this.gaps = gaps;
    this.onDraining = onDraining;
  }

  /** Joins with a transport for each direction, both connected. */
  public static SyntheticClient join(ClientLoop loop, String nodeUrl, String room, String peerId) {
    return join(loop, nodeUrl, room, peerId, new GapMeter(), urls -> { });
  }

  /**
   * The same, for a client that can go to other nodes.
   *
   * @param onDraining called on the loop with where to go when the node is about to stop
   * @throws Redirected when the node did not let it in and named another
   */
  static SyntheticClient join(ClientLoop loop, String nodeUrl, String room, String peerId, GapMeter gaps,
      Consumer<List<String>> onDraining) {
    SyntheticClient client = new SyntheticClient(loop, room, peerId, gaps, onDraining);
    try {
      client.join(nodeUrl, true);
    } catch (AssertionError e) {
      client.close();
      if (!loop.call(() -> client.elsewhere).isEmpty()) {
        throw new Redirected(client.elsewhere.get(0));
      }
      throw e;
    }
    return client;
  }

  /** Joins to publish without ever sending: its transport is created and never connected. */
  public static SyntheticClient joinSilently(ClientLoop loop, String nodeUrl, String room, String peerId) {
    SyntheticClient client = new SyntheticClient(loop, room, peerId, new GapMeter(), urls -> { });
    client.join(nodeUrl, false);
    return client;
  }

  private void join(String nodeUrl, boolean withMedia) {
    signaling = await(Signaling.connect(loop, nodeUrl, room, peerId, this));
    JsonNode capabilities = request("getRouterRtpCapabilities", Map.of());
    JsonNode up = request("createWebRtcTransport", Map.of("appData", Map.of("direction", "producer")));
    sendTransportId = up.path("transportId").asText();
    if (withMedia) {
      send = loop.call(() -> new MediaTransport(loop, up, this));
      connect(send, sendTransportId);
      JsonNode down = request("createWebRtcTransport", Map.of("appData", Map.of("direction", "consumer")));
      receive = loop.call(() -> new MediaTransport(loop, down, this));
      connect(receive, down.path("transportId").asText());
    }
    JsonNode joined = request("join", Map.of("displayName", peerId,
        "device", Map.of("flag", "synthetic", "name", "synthetic", "version", "1"),
        "rtpCapabilities", receivable(capabilities.path("routerRtpCapabilities"))));
    loop.call(() -> {
      joined.path("peers").forEach(peer -> peers.add(peer.path("peerId").asText()));
      inRoom = true;
      if (!elsewhere.isEmpty()) {
        onDraining.accept(elsewhere);
      }
      return null;
    });
  }

  private void connect(MediaTransport transport, String transportId) {
    CompletableFuture<Void> connected = loop.call(transport::connect);
    request("connectWebRtcTransport", Map.of("transportId", transportId, "dtlsParameters",
        Map.of("role", "client", "fingerprints", List.of(transport.localFingerprint()))));
    await(connected);
  }

  /** Opus and VP8, and no feedback on bandwidth: this client has all it wants. */
  private static JsonNode receivable(JsonNode capabilities) {
    ObjectNode wanted = capabilities.deepCopy();
    ArrayNode codecs = wanted.putArray("codecs");
    Set<Integer> vp8 = new TreeSet<>();
    for (JsonNode codec : capabilities.path("codecs")) {
      String type = codec.path("mimeType").asText().toLowerCase(java.util.Locale.ROOT);
      boolean rtxOfVp8 = type.equals("video/rtx") && vp8.contains(codec.path("parameters").path("apt").asInt());
      if (type.equals("video/vp8")) {
        vp8.add(codec.path("preferredPayloadType").asInt());
      }
      if (type.equals("audio/opus") || type.equals("video/vp8") || rtxOfVp8) {
        ObjectNode kept = codec.deepCopy();
        ArrayNode feedback = kept.putArray("rtcpFeedback");
        codec.path("rtcpFeedback").forEach(each -> {
          if (!each.path("type").asText().equals("transport-cc") && !each.path("type").asText().equals("goog-remb")) {
            feedback.add(each);
          }
        });
        codecs.add(kept);
      }
    }
    wanted.putArray("headerExtensions");
    return wanted;
  }

  public String peerId() {
    return peerId;
  }

  /** Sends a request and waits for its answer; a refusal is an {@link AssertionError}. */
  public JsonNode request(String method, Object data) {
    return await(loop.call(() -> signaling.request(method, data)));
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new AssertionError(e.getCause() == null ? e.toString() : e.getCause().toString(), e);
    }
  }

  public OutgoingStream publishVideo() {
    return publish(true);
  }

  public OutgoingStream publishAudio() {
    return publish(false);
  }

  private OutgoingStream publish(boolean video) {
    OutgoingStream stream = loop.call(() -> newStream(video));
    await(publishLater(stream));
    if (send != null) {
      int intervalMs = video ? OutgoingStream.VIDEO_INTERVAL_MS : OutgoingStream.AUDIO_INTERVAL_MS;
      loop.call(() -> captures.add(loop.executor.scheduleAtFixedRate(
          () -> stream.capture(send, System.nanoTime()), 0, intervalMs, TimeUnit.MILLISECONDS)));
    }
    return stream;
  }

  /** So many producers at once, all requests in flight together; nothing is ever sent of them. */
  public void publishBurst(int count) {
    List<CompletableFuture<JsonNode>> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(publishLater(loop.call(() -> newStream(false))));
    }
    answers.forEach(SyntheticClient::await);
  }

  /** An even SSRC: the odd one behind it is for RTX. */
  private OutgoingStream newStream(boolean video) {
    return new OutgoingStream(video, loop.random.nextInt() & ~1, Integer.toString(nextMid++));
  }

  private CompletableFuture<JsonNode> publishLater(OutgoingStream stream) {
    return loop.call(() -> {
      outgoing.add(stream);
      return signaling.request("produce", Map.of("transportId", sendTransportId,
          "kind", stream.video ? "video" : "audio", "rtpParameters", stream.rtpParameters(),
          "appData", Map.of("source", stream.video ? "camera" : "microphone")))
          .whenComplete((answer, failure) -> {
            if (answer != null) {
              stream.producerId = answer.path("producerId").asText();
            }
          });
    });
  }

  public void silent(OutgoingStream stream, boolean isSilent) {
    loop.call(() -> {
      stream.silent(isSilent);
      return null;
    });
  }

  /** Waits until the condition on this client holds. */
  public void await(String what, Predicate<SyntheticClient> condition, long timeoutMs) {
    long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
    while (!loop.call(() -> condition.test(this))) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError(peerId + " waits in vain for " + what + ": " + describe());
      }
      sleep(20);
    }
  }

  private static void sleep(long milliseconds) {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  /** Waits for so many more packets of each of so many streams of the other. */
  public void awaitMediaFrom(SyntheticClient other, int streams, int packets, long timeoutMs) {
    Map<String, Long> before = new LinkedHashMap<>();
    await(packets + " packets of " + streams + " streams of " + other.peerId, client -> {
      List<IncomingStream> open = client.openFrom(other.peerId);
      open.forEach(stream -> before.putIfAbsent(stream.consumerId, stream.packets()));
      return open.size() == streams
          && open.stream().allMatch(stream -> stream.packets() >= before.get(stream.consumerId) + packets);
    }, timeoutMs);
  }

  /** On the loop, in conditions. */
  public List<IncomingStream> openFrom(String otherPeerId) {
    return incoming.values().stream().filter(stream -> !stream.closed() && stream.peerId.equals(otherPeerId)).toList();
  }

  /** On the loop, in conditions. */
  public List<IncomingStream> open() {
    return incoming.values().stream().filter(stream -> !stream.closed()).toList();
  }

  /** On the loop, in conditions: who is in the room besides this client, as far as it was told. */
  public Set<String> peers() {
    return peers;
  }

  /** As {@link #peers}, from any thread. */
  public Set<String> peersNow() {
    return loop.call(() -> Set.copyOf(peers));
  }

  /** What this client publishes, in order. */
  public List<String> producerIds() {
    return loop.call(() -> outgoing.stream().map(stream -> stream.producerId).toList());
  }

  /** On the loop, in conditions. */
  public List<Notice> notices() {
    return notices;
  }

  /** Null while the connection is open. */
  public String closedReason() {
    return loop.call(() -> closedReason);
  }

  /** On the loop, in conditions: whether the server has ended the connection. */
  public boolean isClosed() {
    return closedReason != null;
  }

  /** When that was first notified since, in nanoseconds, or -1. */
  public long firstNoticeNs(long sinceNs, String method, String field, String value) {
    return loop.call(() -> notices.stream()
        .filter(n -> n.atNs() >= sinceNs && n.method().equals(method) && n.data().path(field).asText().equals(value))
        .mapToLong(Notice::atNs).findFirst().orElse(-1));
  }

  /** From now on gaps of all open streams count. */
  public void startMeasuring() {
    loop.call(() -> {
      long nowNs = System.nanoTime();
      open().forEach(stream -> stream.startMeasuring(nowNs));
      return null;
    });
  }

  /** The longest time without a packet on any open stream of the other since {@link #startMeasuring}. */
  public long longestGapMs(SyntheticClient other) {
    return loop.call(() -> openFrom(other.peerId).stream()
        .mapToLong(stream -> stream.longestGapMs(System.nanoTime())).max().orElse(Long.MAX_VALUE));
  }

  /** Packets that never came of those that should have, over the other's open streams. */
  public String missingFrom(SyntheticClient other) {
    return loop.call(() -> openFrom(other.peerId).stream().mapToInt(IncomingStream::missing).sum() + "/"
        + openFrom(other.peerId).stream().mapToInt(IncomingStream::expected).sum());
  }

  public int missingCount(SyntheticClient other) {
    return loop.call(() -> openFrom(other.peerId).stream().mapToInt(IncomingStream::missing).sum());
  }

  /** Packets that have come of the other's open streams. */
  public long packetsFrom(SyntheticClient other) {
    return loop.call(() -> openFrom(other.peerId).stream().mapToLong(IncomingStream::packets).sum());
  }

  /** Datagrams that both transports have sent, less the forged ones. */
  public long sentDatagrams() {
    return loop.call(() -> send.sentDatagrams() + receive.sentDatagrams());
  }

  /** The server's address for what this client publishes. */
  public InetSocketAddress mediaAddress() {
    return loop.call(send::serverAddress);
  }

  /** What checks of the publishing transport need to be believed. */
  public IceCredentials iceCredentials() {
    return loop.call(send::serverCredentials);
  }

  /** As somebody who can write this client's address on his datagrams, to the publishing transport. From any thread. */
  public void sendForged(byte[] datagram, int length) {
    send.sendForged(datagram, length);
  }

  /** One authentic packet of whatever SSRC, on the publishing transport. */
  public void sendAuthentic(int ssrc, int payloadType, int sequenceNumber) {
    sendAuthentic(ssrc, payloadType, sequenceNumber, 1);
  }

  /** Some of them at once, with numbers in a row. */
  public void sendAuthentic(int ssrc, int payloadType, int sequenceNumber, int count) {
    loop.call(() -> {
      byte[] packet = new byte[200];
      for (int i = 0; i < count; i++) {
        int number = sequenceNumber + i & 0xffff;
        int headerLength = new RtpHeaderWriter().write(packet, 0, true, payloadType, number, 90_000, ssrc);
        send.sendRtp(packet, headerLength, headerLength + 40);
      }
      return null;
    });
  }

  /** The next RTP packets that this client publishes are kept as they leave; read with {@link #recorded}. */
  public void record(int packets) {
    loop.call(() -> recording = send.record(packets));
  }

  /** On the loop, in conditions. */
  public int recordedNow() {
    return recording.size();
  }

  public List<byte[]> recorded() {
    return loop.call(() -> List.copyOf(recording));
  }

  public void pauseConsumers(SyntheticClient other, boolean paused) {
    List<String> ids = loop.call(() -> openFrom(other.peerId).stream().map(stream -> stream.consumerId).toList());
    ids.forEach(id -> request(paused ? "pauseConsumer" : "resumeConsumer", Map.of("consumerId", id)));
  }

  public String describe() {
    return loop.call(() -> "peer=" + peerId + " closed=" + closedReason + " peers=" + peers + " incoming="
        + incoming.values());
  }

  @Override
  public void onServerRequest(String method, JsonNode data) {
    if (method.equals("newConsumer")) {
      IncomingStream stream = new IncomingStream(data);
      incoming.put(stream.consumerId, stream);
    }
  }

  @Override
  public void onNotification(String method, JsonNode data) {
    notices.add(new Notice(System.nanoTime(), method, data));
    IncomingStream stream = incoming.get(data.path("consumerId").asText());
    switch (method) {
      case "nodeDraining" -> {
        elsewhere = new ArrayList<>();
        data.path("urls").forEach(url -> elsewhere.add(url.asText() + "/"));
        if (inRoom) {
          onDraining.accept(elsewhere);
        }
      }
      case "newPeer" -> peers.add(data.path("peerId").asText());
      case "peerClosed" -> peers.remove(data.path("peerId").asText());
      case "consumerClosed" -> {
        if (stream != null) {
          stream.onClosed();
        }
      }
      case "consumerPaused", "consumerResumed" -> {
        if (stream != null) {
          stream.onProducerPaused(method.equals("consumerPaused"));
        }
      }
      default -> {
        // Only remembered.
      }
    }
  }

  @Override
  public void onClosed(int code, String reason) {
    closedReason = code + " " + reason;
    stop();
  }

  @Override
  public void onRtp(RtpPacket packet, long nowNs) {
    for (IncomingStream stream : incoming.values()) {
      if (stream.ssrc == packet.ssrc()) {
        stream.onRtp(packet, nowNs);
        gaps.onPacket(stream.peerId, stream.kind, nowNs);
        return;
      }
    }
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    outgoing.stream().filter(stream -> stream.ssrc == mediaSsrc).forEach(OutgoingStream::requestKeyFrame);
  }

  @Override
  public void onSenderReport(SenderInfo info) {
    // Nobody here plays anything.
  }

  private void stop() {
    captures.forEach(capture -> capture.cancel(false));
    if (send != null) {
      send.close();
    }
    if (receive != null) {
      receive.close();
    }
  }

  /** Leaves. */
  @Override
  public void close() {
    loop.call(() -> {
      stop();
      if (signaling != null && closedReason == null) {
        signaling.close();
      }
      return null;
    });
  }
}
