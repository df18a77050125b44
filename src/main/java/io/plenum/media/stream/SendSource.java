package io.plenum.media.stream;

/**
 * One stream of a producer, as those who forward it need it; shared by all of them.
 *
 * @param history its last packets
 * @param clock its wall clock
 */
public record SendSource(PacketHistory history, SenderClock clock) {}
