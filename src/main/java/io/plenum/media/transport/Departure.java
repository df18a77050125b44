package io.plenum.media.transport;

import io.plenum.media.router.DataDepartures;
import io.plenum.media.router.Router;
import io.plenum.media.router.Transport;
import io.plenum.protocol.sctp.SctpAssociation;

/** One association's part in {@link DataDepartures}: what it is given while a datagram is read leaves when that has been read. */
final class Departure implements DataDepartures.Departing {
  private final Transport transport;
  private final Router router;
  private final SctpAssociation association;
  private final DataDepartures departures;

  Departure(Transport transport, Router router, SctpAssociation association) {
    this.transport = transport;
    this.router = router;
    this.association = association;
    this.departures = router.environment().departures();
  }

  /** A packet or a deadline of this association begins: what it brings to others leaves together, at {@link #end}. */
  void begin() {
    departures.begin();
  }

  void end(long nowNs) {
    departures.end(nowNs);
  }

  /** A message is about to be sent: with others if some may follow, at once otherwise. */
  void onSending() {
    if (departures.isOpen() && association.gather()) {
      departures.add(this);
    }
  }

  @Override
  public void depart(long nowNs) {
    try {
      if (association.depart(nowNs)) {
        transport.onDeadlineChanged();
      }
    } catch (RuntimeException fault) {
      router.onFault(transport, fault, nowNs);
    }
  }
}
