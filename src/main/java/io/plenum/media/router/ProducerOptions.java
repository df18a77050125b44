package io.plenum.media.router;

import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpParameters;
import java.util.Map;

/**
 * What a producer is made from.
 *
 * @param id unique in the room
 * @param rtpParameters as the client sent them; validated when the producer is made
 * @param appData the application's; kept and handed on, never read
 */
public record ProducerOptions(
    String id, MediaKind kind, RtpParameters rtpParameters, boolean paused, Map<String, Object> appData) {}
