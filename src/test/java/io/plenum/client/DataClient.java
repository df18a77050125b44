package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelParameters;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * A client with data channels and nothing else, as mediasoup-client has them: real signalling, ICE, DTLS and SCTP over real UDP.
 * Methods may be called from any thread; they wait for what they cause.
 */
public final class DataClient implements Signaling.Handler, AutoCloseable {
  private static final long PATIENCE_S = 80;
  private static final String QUESTION = "?";

  /** What the server offered. */
  public static final class Incoming {
    public final JsonNode offer;
    public final List<String> texts = new ArrayList<>();
    public long bytes;
    public boolean producerPaused;
    /** By the server's word. */
    public boolean closed;
    /** As SCTP sees it. */
    public boolean channelClosed;

    Incoming(JsonNode offer) {
      this.offer = offer;
      producerPaused = offer.path("dataProducerPaused").asBoolean();
    }

    public String id() {
      return offer.path("dataConsumerId").asText();
    }

    /** What came, without the questions of {@link DataClient#awaitHearing}. */
    public List<String> said() {
      return texts.stream().filter(text -> !text.equals(QUESTION)).toList();
    }

    @Override
    public String toString() {
      return offer.path("peerId").asText() + "/" + offer.path("label").asText() + (closed ? " closed " : " ") + texts;
    }
  }

  private final ClientLoop loop;
  private final String peerId;
  private int refusals;
  private boolean accepts;
  private final Map<Integer, Incoming> byStream = new LinkedHashMap<>();
  private final List<Incoming> incoming = new ArrayList<>();
  private final Map<String, DataChannel> producers = new LinkedHashMap<>();
  private final Map<String, Long> sent = new LinkedHashMap<>();
  private final List<String> notices = new ArrayList<>();
  private Signaling signaling;
  private DataLane send;
  private DataLane receive;
  private JsonNode sendDescription;
  private JsonNode receiveDescription;
  private int nextStream;

  private DataClient(ClientLoop loop, String peerId, int refusals) {
    this.loop = loop;
    this.peerId = peerId;
    this.refusals = refusals;
  }

  /** Joins with a transport for each direction, both connected. */
  public static DataClient join(ClientLoop loop, String nodeUrl, String room, String peerId) {
    return join(loop, nodeUrl, room, peerId, 0,
        Map.of("appData", Map.of("direction", "producer")), Map.of("appData", Map.of("direction", "consumer")));
  }

  /**
   * @param refusals offers that it refuses before it accepts one
   * @param up what it says to make its transports, as is {@code down}; null for none
   */
  public static DataClient join(ClientLoop loop, String nodeUrl, String room, String peerId, int refusals,
      Map<String, Object> up, Map<String, Object> down) {
    DataClient client = new DataClient(loop, peerId, refusals);
    client.join(nodeUrl, room, up, down);
    return client;
  }

  private void join(String nodeUrl, String room, Map<String, Object> up, Map<String, Object> down) {
    signaling = await(Signaling.connect(loop, nodeUrl, room, peerId, this));
    if (up != null) {
      sendDescription = request("createWebRtcTransport", up);
      send = connect(sendDescription);
    }
    if (down != null) {
      receiveDescription = request("createWebRtcTransport", down);
      receive = connect(receiveDescription);
    }
    request("join", Map.of("displayName", peerId));
  }

  private DataLane connect(JsonNode description) {
    DataLane lane = loop.call(() -> new DataLane(loop, description, new DataLane.Receiver() {
      @Override
      public void onMessage(DataChannel channel, boolean text, byte[] content) {
        Incoming from = byStream.get(channel.streamId());
        from.texts.add(content.length > 100 ? content.length + " bytes" : new String(content, StandardCharsets.UTF_8));
        from.bytes += content.length;
      }

      @Override
      public void onChannelClosed(DataChannel channel) {
        Incoming from = byStream.remove(channel.streamId());
        if (from != null) {
          from.channelClosed = true;
        }
      }
    }));
    CompletableFuture<Void> connected = loop.call(lane::connect);
    request("connectWebRtcTransport", Map.of("transportId", description.path("id").asText(), "dtlsParameters",
        Map.of("role", "client", "fingerprints", List.of(lane.transport().localFingerprint()))));
    await(connected);
    return lane;
  }

  public String peerId() {
    return peerId;
  }

  /** The server's answers to createWebRtcTransport. */
  public JsonNode sendDescription() {
    return sendDescription;
  }

  public JsonNode receiveDescription() {
    return receiveDescription;
  }

  /** Sends a request and waits for its answer; a refusal is an {@link AssertionError}. */
  public JsonNode request(String method, Object data) {
    return await(loop.call(() -> signaling.request(method, data)));
  }

  /** The same as a notification, which has no answer. */
  public void tell(String method, Object data) {
    loop.call(() -> {
      signaling.tell(method, data);
      return null;
    });
  }

  /** Sends a request that is to be refused, and gives the reason. */
  public String refusal(String method, Object data) {
    return answersAtOnce(method, List.of(data)).get(0);
  }

  /** Sends so many requests before the first answer comes; answers, or the reasons why not. */
  public List<String> answersAtOnce(String method, List<?> each) {
    return loop.call(() -> each.stream().map(data -> signaling.request(method, data)).toList()).stream()
        .map(DataClient::answer).toList();
  }

  private static String answer(CompletableFuture<JsonNode> future) {
    try {
      return "accepted: " + future.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      return e.getCause().getMessage();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  private static <T> T await(CompletableFuture<T> future) {
    try {
      return future.get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e.getCause() == null ? e.toString() : e.getCause().toString(), e);
    }
  }

  /** What produceData takes, for a new stream. */
  public Map<String, Object> produceRequest(String label, Map<String, Object> reliability) {
    Map<String, Object> stream = new LinkedHashMap<>(reliability);
    stream.put("streamId", nextStream++);
    return Map.of("transportId", sendDescription.path("id").asText(), "sctpStreamParameters", stream, "label", label,
        "protocol", "p-" + label, "appData", Map.of("note", "of " + peerId));
  }

  /** Opens a reliable channel and makes a data producer of it. @return its id */
  public String produce(String label) {
    return produce(label, Map.of("ordered", true));
  }

  /** @param reliability fields of sctpStreamParameters */
  public String produce(String label, Map<String, Object> reliability) {
    Map<String, Object> request = produceRequest(label, reliability);
    int streamId = (int) ((Map<?, ?>) request.get("sctpStreamParameters")).get("streamId");
    DataChannel channel = loop.call(() -> send.channels().openNegotiated(streamId, new DataChannelParameters(label, "p-" + label,
        reliability.get("ordered") == Boolean.TRUE,
        (int) reliability.getOrDefault("maxPacketLifeTime", SendOptions.UNLIMITED),
        (int) reliability.getOrDefault("maxRetransmits", SendOptions.UNLIMITED), DataChannelParameters.NORMAL_PRIORITY)));
    String id = request("produceData", request).path("dataProducerId").asText();
    loop.call(() -> producers.put(id, channel));
    return id;
  }

  public void send(String dataProducerId, String text) {
    SendResult result = loop.call(() -> sendNow(dataProducerId, text));
    if (result != SendResult.QUEUED) {
      throw new AssertionError(peerId + " cannot send: " + result);
    }
  }

  /** On the loop. */
  public SendResult sendNow(String dataProducerId, String text) {
    sent.merge(dataProducerId, 1L, Long::sum);
    return send.channels().send(
        producers.get(dataProducerId), true, text.getBytes(StandardCharsets.UTF_8), System.nanoTime());
  }

  /** Messages so far. */
  public long sentOn(String dataProducerId) {
    return loop.call(() -> sent.getOrDefault(dataProducerId, 0L));
  }

  /** Closes the channel and says nothing, as {@code RTCDataChannel.close} does. */
  public void closeChannel(String dataProducerId) {
    loop.call(() -> {
      send.channels().close(producers.get(dataProducerId), System.nanoTime());
      return null;
    });
  }

  /** Ends the association of a direction, as a browser does whose connection was closed. */
  public void abort(boolean sending) {
    loop.call(() -> {
      (sending ? send : receive).channels().association().abort("the client has had enough", System.nanoTime());
      return null;
    });
  }

  public void closeIncomingChannel(Incoming incomingOne) {
    loop.call(() -> {
      receive.channels().close(receive.channels().channel(streamId(incomingOne)), System.nanoTime());
      return null;
    });
  }

  private static int streamId(Incoming incoming) {
    return incoming.offer.path("sctpStreamParameters").path("streamId").asInt();
  }

  /** The open ones of that peer; waits until there are so many. */
  public List<Incoming> awaitFrom(DataClient other, int count, long timeoutMs) {
    await(count + " data consumers of " + other.peerId, client -> client.openFrom(other.peerId).size() == count, timeoutMs);
    return loop.call(() -> openFrom(other.peerId));
  }

  /** Has the other ask until it is heard: a channel that has been offered is not open at once. */
  public void awaitHearing(Incoming incomingOne, DataClient other, String dataProducerId, long timeoutMs) {
    await("the channel's opening", client -> {
      if (!incomingOne.texts.contains(QUESTION)) {
        other.sendNow(dataProducerId, QUESTION);
      }
      return incomingOne.texts.contains(QUESTION);
    }, timeoutMs);
  }

  /** Waits until the condition on this client holds. */
  public void await(String what, Predicate<DataClient> condition, long timeoutMs) {
    long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
    while (!loop.call(() -> condition.test(this))) {
      if (System.nanoTime() > deadlineNs) {
        throw new AssertionError(peerId + " waits in vain for " + what + ": " + loop.call(() -> incoming + " " + notices));
      }
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  /** On the loop, in conditions. */
  public List<Incoming> openFrom(String otherPeerId) {
    return incoming.stream().filter(each -> !each.closed && each.offer.path("peerId").asText().equals(otherPeerId)).toList();
  }

  /** On the loop, in conditions: all that was ever offered. */
  public List<Incoming> incoming() {
    return incoming;
  }

  /** On the loop, in conditions: each as its method and its data. */
  public List<String> notices() {
    return notices;
  }

  @Override
  public void onServerRequest(String method, JsonNode data) {
    if (method.equals("newDataConsumer")) {
      Incoming offered = new Incoming(data);
      incoming.add(offered);
      accepts = refusals == 0;
      if (accepts) {
        byStream.put(streamId(offered), offered);
        JsonNode stream = data.path("sctpStreamParameters");
        receive.channels().openNegotiated(streamId(offered), new DataChannelParameters(data.path("label").asText(),
            data.path("protocol").asText(), stream.path("ordered").asBoolean(), SendOptions.UNLIMITED,
            SendOptions.UNLIMITED, DataChannelParameters.NORMAL_PRIORITY));
      } else {
        refusals--;
      }
    }
  }

  @Override
  public boolean accepts(String method, JsonNode data) {
    return accepts || !method.equals("newDataConsumer");
  }

  @Override
  public void onNotification(String method, JsonNode data) {
    notices.add(method + " " + data);
    for (Incoming each : incoming) {
      if (each.id().equals(data.path("dataConsumerId").asText())) {
        each.closed |= method.equals("dataConsumerClosed");
        each.producerPaused = method.equals("dataConsumerPaused") || !method.equals("dataConsumerResumed") && each.producerPaused;
      }
    }
  }

  @Override
  public void onClosed(int code, String reason) {
    notices.add("closed " + code + " " + reason);
  }

  /** Leaves. */
  @Override
  public void close() {
    loop.call(() -> {
      if (send != null) {
        send.close();
      }
      if (receive != null) {
        receive.close();
      }
      signaling.close();
      return null;
    });
  }
}
