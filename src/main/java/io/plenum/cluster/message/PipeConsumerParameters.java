package io.plenum.cluster.message;

import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.parameters.SctpStreamParameters;
import java.util.Map;

/**
 * What the far end must know to produce what the near end consumes.
 *
 * @param consumerId a new one whenever it is made anew
 * @param rtpParameters null for data
 * @param sctpStreamParameters null for media
 * @param data label, protocol and the like of a data producer; null for media
 */
public record PipeConsumerParameters(String consumerId, RtpParameters rtpParameters,
    SctpStreamParameters sctpStreamParameters, Map<String, Object> data) {}
