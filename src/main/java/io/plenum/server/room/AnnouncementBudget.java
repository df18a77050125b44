package io.plenum.server.room;

import io.plenum.media.PlenumException;
import io.plenum.protocol.TokenBucket;
import io.plenum.server.config.PlenumConfig.Limits;

/**
 * Rate at which one peer may have the room tell everybody something: its entry, a new producer, one that goes on after its pause, another name. Each
 * such request is multiplied by the peers of the room, so the rate of the connection ({@code limits.messagesPerSecond}) does not
 * bound it.
 *
 * <p>What ends something costs nothing and is never refused: a client that closes or pauses what it sends must be able to rely on it,
 * and what has begun within the budget can end only once.
 */
final class AnnouncementBudget {
  /** Nobody switches devices faster; somebody who talks by pressing a key may. */
  static final int PER_SECOND = 5;
  /** At once, at least. */
  static final int LEAST_BURST = 40;
  /**
   * Of all peers of one address: a lecture hall that comes at once, each with its entry, microphone, camera and one
   * thing more.
   */
  private static final int BURST_PER_PEER_OF_ADDRESS = 4;
  static final int PER_SECOND_OF_ADDRESS = 50;

  private final int perSecond;
  private final int burst;
  private final TokenBucket announcements;

  /** @param burst so many at once, in place of {@link #LEAST_BURST} if that is less */
  AnnouncementBudget(int burst) {
    this(PER_SECOND, Math.max(LEAST_BURST, burst));
  }

  private AnnouncementBudget(int perSecond, int burst) {
    this.perSecond = perSecond;
    this.burst = burst;
    announcements = new TokenBucket(perSecond, burst);
  }

  /** For all peers of one address in a room together. */
  static AnnouncementBudget ofAddress(Limits limits) {
    int burst = BURST_PER_PEER_OF_ADDRESS * Math.min(1_000_000, limits.peersPerRoom());
    return new AnnouncementBudget(PER_SECOND_OF_ADDRESS, Math.max(of(limits).burst, burst));
  }

  /** What a peer needs that sets up all that it may have, and once more, on another device or after a reload. */
  static AnnouncementBudget of(Limits limits) {
    return new AnnouncementBudget(2 * Math.min(1_000, limits.producersPerPeer() + limits.dataProducersPerPeer()));
  }

  /** Nothing has been spent, or it has been earned again. */
  boolean full(long nowNs) {
    return announcements.has(burst, nowNs);
  }

  /** @throws PlenumException {@code too-many-requests}; that costs nothing */
  void spend(long nowNs) {
    if (!announcements.take(1, nowNs)) {
      throw new PlenumException("too-many-requests",
          "everybody in the room is told of this: " + perSecond + " a second, and " + burst + " at once, are the most");
    }
  }
}
