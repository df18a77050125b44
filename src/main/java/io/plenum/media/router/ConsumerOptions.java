package io.plenum.media.router;

import io.plenum.media.parameters.RtpCapabilities;
import java.util.Map;

/**
 * What a consumer is made from.
 *
 * @param rtpCapabilities of the endpoint that will receive
 * @param paused until {@link Consumer#resume}
 * @param enableRtx repair loss towards the endpoint where codec and endpoint can
 */
public record ConsumerOptions(
    String id,
    String producerId,
    RtpCapabilities rtpCapabilities,
    boolean paused,
    boolean enableRtx,
    Map<String, Object> appData) {

  /** As signalling makes them: nothing flows before the client is ready. */
  public static ConsumerOptions paused(
      String id, String producerId, RtpCapabilities rtpCapabilities, Map<String, Object> appData) {
    return new ConsumerOptions(id, producerId, rtpCapabilities, true, true, appData);
  }
}
