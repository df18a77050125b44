package io.plenum.server.signaling;

import io.plenum.server.room.Peer.Vintage;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Notifications in the form that one client's version of the protocol has. Applications of the mediasoup-demo family log
 * an error for each method that they do not know, and {@code speakingPeers} comes more than once a second: a client is
 * sent what its version knows. The versions are those of docs/signaling.md.
 */
final class NotificationForm {
  private static final Set<String> UNKNOWN_TO_NEWER_DEMO = Set.of("downlinkBwe");
  private static final Set<String> UNKNOWN_TO_OLDER = Set.of("speakingPeers");
  /** Methods that no demo application has. Other newer clients get them all: they follow docs/signaling.md. */
  private static final Set<String> OURS = Set.of("servers", "nodeDraining", "transportStateChanged", "dataProducerClosed",
      "dataConsumerPaused", "dataConsumerResumed", "dataConsumerSendBufferFull");

  private boolean asked;
  private boolean demo;

  /** The newest demo application begins with {@code getRtcStatsUrl}; nothing else does. */
  void onRequest(String method) {
    if (!asked) {
      asked = true;
      demo = method.equals("getRtcStatsUrl");
    }
  }

  /** Tells whether the client knows the method. */
  boolean knows(String method, Vintage vintage) {
    if (vintage == Vintage.A) {
      return !UNKNOWN_TO_OLDER.contains(method) && !OURS.contains(method);
    }
    return !demo || !UNKNOWN_TO_NEWER_DEMO.contains(method) && !OURS.contains(method);
  }

  /** The data, less what serves the other version only. */
  Object form(String method, Object data, Vintage vintage) {
    if (method.equals("consumerLayersChanged") && vintage == Vintage.A && data instanceof Map<?, ?> fields) {
      // Older clients take the two out of the data unseen; null says that nothing is sent.
      Map<String, Object> older = new LinkedHashMap<>();
      older.put("consumerId", fields.get("consumerId"));
      older.put("spatialLayer", fields.get("spatialLayer"));
      older.put("temporalLayer", fields.get("temporalLayer"));
      return older;
    }
    return data;
  }
}
