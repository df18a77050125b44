package io.plenum.server.room;

import io.plenum.server.ops.LogLine;
import io.plenum.server.ops.WarningRate;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Transports of this node that a client has connected by signalling and that no ICE check has reached: what a wrong
 * announced address and closed ports look like from here. From any room's loop.
 */
public final class UnreachedClients {
  /** A browser sends its first check at once, and gives up after 15 s or more. */
  static final long PATIENCE_MS = 10_000;
  private static final Logger log = LoggerFactory.getLogger(UnreachedClients.class);

  private final String announced;
  private final LongAdder transports = new LongAdder();
  private final WarningRate rate = new WarningRate(WarningRate.MINUTE_NS);

  /** @param announced addresses that clients are told to send to */
  public UnreachedClients(List<String> announced) {
    this.announced = String.join(",", announced);
  }

  /** Since the start. */
  public long count() {
    return transports.sum();
  }

  /** @param where room, peer and transport */
  void onUnreached(LogLine where, long nowNs) {
    transports.increment();
    long occurrences = rate.occurred(nowNs);
    if (occurrences > 0) {
      log.warn("{}", where.with("announced", announced).with("after", PATIENCE_MS / 1_000 + "s")
          .with("transports", occurrences)
          .with("hint", "no ICE check has come: clients must reach media.announcedIp on UDP or TCP media.port and on;"
              + " a firewall, NAT, or an address that is not this machine's"));
    }
  }
}
