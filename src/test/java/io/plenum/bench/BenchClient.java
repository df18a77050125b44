package io.plenum.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.plenum.client.ClientLoop;
import io.plenum.client.Signaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One participant: real signalling on the shared signalling thread, media on a {@link BenchLoop}. Methods wait. */
final class BenchClient implements Signaling.Handler, AutoCloseable {
  private static final long PATIENCE_S = 90;
  private static final String TRANSPORT_CC_URI =
      "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

  final String room;
  final String peerId;
  final int node;
  private final ClientLoop signalingLoop;
  private final BenchLoop mediaLoop;
  private Signaling signaling;
  private WebRtcPath up;
  private String upId;
  private WebRtcPath down;
  private final Map<String, SentStream> producers = new LinkedHashMap<>();
  private final CompletableFuture<ReceivedStream> firstOffered = new CompletableFuture<>();
  private volatile String closedReason;
  private volatile JoinTimes times;

  BenchClient(ClientLoop signalingLoop, BenchLoop mediaLoop, String room, String peerId, int node) {
    this.signalingLoop = signalingLoop;
    this.mediaLoop = mediaLoop;
    this.room = room;
    this.peerId = peerId;
    this.node = node;
  }

  /** Everything until media can flow both ways, as far as wanted. */
  void join(String nodeUrl, boolean publishes, boolean subscribes) {
    times = new JoinTimes(System.nanoTime());
    signaling = await(Signaling.connect(signalingLoop, nodeUrl, room, peerId, this));
    times.reached(JoinTimes.Step.OPEN, System.nanoTime());
    JsonNode capabilities = request("getRouterRtpCapabilities", Map.of());
    times.reached(JoinTimes.Step.CAPABILITIES, System.nanoTime());
    if (publishes) {
      JsonNode description = request("createWebRtcTransport", Map.of("appData", Map.of("direction", "producer")));
      upId = description.path("transportId").asText();
      up = connect(description);
    }
    if (subscribes) {
      down = connect(request("createWebRtcTransport", Map.of("appData", Map.of("direction", "consumer"))));
    }
    request("join", Map.of("displayName", peerId,
        "device", Map.of("flag", "bench", "name", "bench", "version", "1"),
        "rtpCapabilities", receivable(capabilities.path("routerRtpCapabilities"))));
    times.reached(JoinTimes.Step.JOINED, System.nanoTime());
  }

  /** Until a packet of the first consumer is here; how long all took up to then. */
  JoinTimes awaitFirstPacket() {
    long firstAtNs = await(firstOffered.thenCompose(stream -> stream.firstAtNs));
    times.reached(JoinTimes.Step.FIRST_PACKET, firstAtNs);
    return times;
  }

  /** Whether it was offered so many. */
  boolean isOffered(int consumers) {
    return mediaLoop.call(() -> down.received.size()) >= consumers;
  }

  private WebRtcPath connect(JsonNode description) {
    times.reached(JoinTimes.Step.TRANSPORT, System.nanoTime());
    WebRtcPath path = mediaLoop.call(
        () -> new WebRtcPath(mediaLoop, description, signalingLoop.dtls(), signalingLoop.random()));
    CompletableFuture<Void> connected = mediaLoop.call(path::connect);
    var print = signalingLoop.dtls().certificate().fingerprints().get(0);
    request("connectWebRtcTransport", Map.of("transportId", description.path("transportId").asText(), "dtlsParameters",
        Map.of("role", "client", "fingerprints", List.of(print))));
    await(connected);
    times.reached(JoinTimes.Step.ICE, path.usableNs());
    times.reached(JoinTimes.Step.DTLS, System.nanoTime());
    return path;
  }

  /** Opus and VP8 with transport-cc: what a browser would take of it. */
  private static JsonNode receivable(JsonNode capabilities) {
    ObjectNode wanted = capabilities.deepCopy();
    ArrayNode codecs = wanted.putArray("codecs");
    Set<Integer> vp8 = new TreeSet<>();
    for (JsonNode codec : capabilities.path("codecs")) {
      String type = codec.path("mimeType").asText().toLowerCase(Locale.ROOT);
      boolean rtxOfVp8 = type.equals("video/rtx") && vp8.contains(codec.path("parameters").path("apt").asInt());
      if (type.equals("video/vp8")) {
        vp8.add(codec.path("preferredPayloadType").asInt());
      }
      if (type.equals("audio/opus") || type.equals("video/vp8") || rtxOfVp8) {
        codecs.add(codec.deepCopy());
      }
    }
    return wanted;
  }

  void publish(boolean video, boolean evenFrames) {
    int ssrc = signalingLoop.random().nextInt() & ~1;
    SentStream stream = new SentStream(video, ssrc, video ? "1" : "0", evenFrames);
    JsonNode produced = request("produce", Map.of("transportId", upId, "kind", video ? "video" : "audio",
        "rtpParameters", stream.rtpParameters(),
        "appData", Map.of("source", video ? "camera" : "microphone")));
    producers.put(produced.path("producerId").asText(), stream);
    mediaLoop.call(() -> up.sent.add(stream));
  }

  /** What it sends, by the producer's id. */
  Map<String, SentStream> producers() {
    return producers;
  }

  BenchLoop mediaLoop() {
    return mediaLoop;
  }

  /** Null if it does not publish. */
  MediaPath up() {
    return up;
  }

  /** Null if it does not subscribe. */
  MediaPath down() {
    return down;
  }

  String closedReason() {
    return closedReason;
  }

  private JsonNode request(String method, Object data) {
    return await(signalingLoop.call(() -> signaling.request(method, data)));
  }

  private <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException(peerId + ": " + (e.getCause() == null ? e : e.getCause()), e);
    }
  }

  @Override
  public void onServerRequest(String method, JsonNode data) {
    if (!method.equals("newConsumer")) {
      return;
    }
    JsonNode parameters = data.path("rtpParameters");
    int ssrc = (int) parameters.path("encodings").path(0).path("ssrc").asLong();
    int transportCcId = 0;
    for (JsonNode extension : parameters.path("headerExtensions")) {
      if (extension.path("uri").asText().equals(TRANSPORT_CC_URI)) {
        transportCcId = extension.path("id").asInt();
      }
    }
    int id = transportCcId;
    ReceivedStream stream = new ReceivedStream(ssrc, data.path("producerId").asText(), mediaLoop.latency);
    // Before the answer leaves, or the first packet would find nobody.
    mediaLoop.call(() -> {
      if (down != null) {
        down.add(stream, id);
      }
      return null;
    });
    times.reached(JoinTimes.Step.OFFERED, System.nanoTime());
    firstOffered.complete(stream);
  }

  @Override
  public void onNotification(String method, JsonNode data) {
    // Nothing here depends on it.
  }

  @Override
  public void onClosed(int code, String reason) {
    closedReason = code + " " + reason;
  }

  @Override
  public void close() {
    signalingLoop.call(() -> {
      signaling.close();
      return null;
    });
    mediaLoop.call(() -> {
      for (MediaPath path : new ArrayList<>(java.util.Arrays.asList(up, down))) {
        if (path != null) {
          mediaLoop.remove(path);
        }
      }
      return null;
    });
  }
}
