package io.plenum.server.room;

import io.plenum.media.PlenumException;
import io.plenum.protocol.TokenBucket;
import io.plenum.server.config.PlenumConfig.Limits;

/**
 * How often one peer may have the room tell everybody something: a new producer, one that goes on after its pause, another name. Each
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

  private final int burst;
  private final TokenBucket announcements;

  /** @param burst so many at once, in place of {@link #LEAST_BURST} if that is less */
  AnnouncementBudget(int burst) {
    this.burst = Math.max(LEAST_BURST, burst);
    announcements = new TokenBucket(PER_SECOND, this.burst);
  }

  /** What a peer needs that sets up all that it may have, and once more, on another device or after a reload. */
  static AnnouncementBudget of(Limits limits) {
    return new AnnouncementBudget(2 * Math.min(1_000, limits.producersPerPeer() + limits.dataProducersPerPeer()));
  }

  /** @throws PlenumException {@code too-many-requests}; that costs nothing */
  void spend(long nowNs) {
    if (!announcements.take(1, nowNs)) {
      throw new PlenumException("too-many-requests",
          "everybody in the room is told of this: " + PER_SECOND + " a second, and " + burst + " at once, are the most");
    }
  }
}
