package io.plenum.cluster.message;

/**
 * One change that an owner made to its part of a room. It carries the whole row, so that it can be understood when
 * others before it were lost.
 *
 * @param event null when a newer version sent one that this one does not know
 * @param generation the owner's generation after this change
 * @param row after the change; for a removal as it was last; null for room:enter, room:leave and notification
 * @param notification only with {@link RoomEvent#NOTIFICATION}
 */
public record RoomChange(RoomEvent event, long generation, Row row, Notification notification) {}
