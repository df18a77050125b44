package io.plenum.media.router;

import io.plenum.media.parameters.SctpStreamParameters;
import java.util.Map;

/**
 * What a data producer is made from.
 *
 * @param id unique in the room
 * @param sctpStreamParameters with a stream id; null on a transport without SCTP
 * @param appData the application's; kept and handed on, never read
 */
public record DataProducerOptions(String id, SctpStreamParameters sctpStreamParameters, String label, String protocol,
    boolean paused, Map<String, Object> appData) {}
