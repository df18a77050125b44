package io.plenum.cluster.message;

import java.util.List;

/**
 * What is published to the topic of a room: one change, or, once in a while, the digest, which repeats the changes of
 * the last seconds and says how far the owner has come.
 *
 * @param generation the owner's latest; who has seen less asks for the rest
 */
public record RoomMessage(int version, Owner owner, String room, long generation, List<RoomChange> changes) {}
