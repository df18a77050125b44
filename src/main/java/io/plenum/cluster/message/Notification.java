package io.plenum.cluster.message;

import java.util.Map;

/**
 * Something that is told once and leaves no state.
 *
 * @param toPeerId null for all clients of the room
 */
public record Notification(String method, String toPeerId, Map<String, Object> data) {}
