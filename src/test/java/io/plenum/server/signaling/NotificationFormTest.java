package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.server.room.Peer.Vintage;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NotificationFormTest {
  private static NotificationForm after(String firstRequest) {
    NotificationForm form = new NotificationForm();
    form.onRequest(firstRequest);
    form.onRequest("getRouterRtpCapabilities");
    form.onRequest("getRtcStatsUrl");
    return form;
  }

  @ParameterizedTest(name = "{0}: older {1}, newer demo {2}, other newer {3}")
  @CsvSource({
      "newPeer,                    true,  true,  true",
      "consumerLayersChanged,      true,  true,  true",
      "activeSpeaker,              true,  true,  true",
      "speakingPeers,              false, true,  true",
      "downlinkBwe,                true,  false, true",
      "servers,                    false, false, true",
      "nodeDraining,               false, false, true",
      "transportStateChanged,      false, false, true",
      "dataProducerClosed,         false, false, true",
      "dataConsumerPaused,         false, false, true",
      "dataConsumerResumed,        false, false, true",
      "dataConsumerSendBufferFull, false, false, true",
  })
  void eachVersionIsSentWhatItKnows(String method, boolean older, boolean newerDemo, boolean otherNewer) {
    assertEquals(older, after("getRouterRtpCapabilities").knows(method, Vintage.A));
    assertEquals(newerDemo, after("getRtcStatsUrl").knows(method, Vintage.B));
    assertEquals(otherNewer, after("getRouterRtpCapabilities").knows(method, Vintage.B));
  }

  @Test
  void olderClientsReadNullWhereNoLayerIsSent() {
    NotificationForm form = after("getRouterRtpCapabilities");
    Map<String, Object> none = Map.of("consumerId", "c");
    assertEquals("{consumerId=c, spatialLayer=null, temporalLayer=null}",
        form.form("consumerLayersChanged", none, Vintage.A).toString());
    assertEquals(none, form.form("consumerLayersChanged", none, Vintage.B));
    Map<String, Object> some = Map.of("consumerId", "c", "spatialLayer", 1, "temporalLayer", 2, "layers", Map.of());
    assertEquals("{consumerId=c, spatialLayer=1, temporalLayer=2}",
        form.form("consumerLayersChanged", some, Vintage.A).toString());
  }
}
