package io.plenum.media.router;

import io.plenum.protocol.sctp.SctpCounters;
import io.plenum.protocol.sctp.SctpDrop;
import io.plenum.protocol.sctp.dcep.DataChannelDrop;
import io.plenum.protocol.sctp.dcep.DataChannels;
import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * What all associations of one media loop have done, those that are gone included. Nothing is counted twice for it: what
 * each association counts anyway is added up when somebody looks, from whatever thread, and is a moment old then.
 */
public final class SctpTotals {
  /** One of the figures that an association counts. */
  public enum Figure {
    PACKETS_RECEIVED(SctpCounters::packetsReceived),
    PACKETS_SENT(SctpCounters::packetsSent),
    MESSAGES_RECEIVED(SctpCounters::messagesReceived),
    MESSAGES_SENT(SctpCounters::messagesSent),
    MESSAGE_BYTES_RECEIVED(SctpCounters::messageBytesReceived),
    MESSAGE_BYTES_SENT(SctpCounters::messageBytesSent),
    MESSAGES_ABANDONED(SctpCounters::messagesAbandoned),
    CHUNKS_RETRANSMITTED(SctpCounters::chunksRetransmitted),
    RETRANSMISSION_TIMEOUTS(SctpCounters::retransmissionTimeouts);

    private final ToLongFunction<SctpCounters> of;

    Figure(ToLongFunction<SctpCounters> of) {
      this.of = of;
    }
  }

  /** Both change together, so that nobody sees an association twice or not at all and a counter go back. */
  private record Snapshot(long[] figures, long[] drops, long[] channelDrops, DataChannels[] live) {}

  private Snapshot snapshot = new Snapshot(new long[Figure.values().length], new long[SctpDrop.values().length],
      new long[DataChannelDrop.values().length], new DataChannels[0]);

  /** A transport has data from now on. On the loop. */
  public void add(DataChannels channels) {
    DataChannels[] live = Arrays.copyOf(snapshot.live, snapshot.live.length + 1);
    live[live.length - 1] = channels;
    snapshot = new Snapshot(snapshot.figures, snapshot.drops, snapshot.channelDrops, live);
  }

  /** Its association is over for good. Once more changes nothing. On the loop. */
  public void remove(DataChannels channels) {
    DataChannels[] live = Arrays.stream(snapshot.live).filter(each -> each != channels).toArray(DataChannels[]::new);
    if (live.length == snapshot.live.length) {
      return;
    }
    long[] figures = snapshot.figures.clone();
    long[] drops = snapshot.drops.clone();
    long[] channelDrops = snapshot.channelDrops.clone();
    SctpCounters counters = channels.association().counters();
    for (Figure figure : Figure.values()) {
      figures[figure.ordinal()] += figure.of.applyAsLong(counters);
    }
    for (SctpDrop reason : SctpDrop.values()) {
      drops[reason.ordinal()] += counters.drops(reason);
    }
    for (DataChannelDrop reason : DataChannelDrop.values()) {
      channelDrops[reason.ordinal()] += channels.drops(reason);
    }
    snapshot = new Snapshot(figures, drops, channelDrops, live);
  }

  public long total(Figure figure) {
    Snapshot now = snapshot;
    return sum(now, now.figures[figure.ordinal()],
        channels -> figure.of.applyAsLong(channels.association().counters()));
  }

  public long drops(SctpDrop reason) {
    Snapshot now = snapshot;
    return sum(now, now.drops[reason.ordinal()], channels -> channels.association().counters().drops(reason));
  }

  public long drops(DataChannelDrop reason) {
    Snapshot now = snapshot;
    return sum(now, now.channelDrops[reason.ordinal()], channels -> channels.drops(reason));
  }

  /** Transports with data that have not closed. */
  public long associations() {
    return snapshot.live.length;
  }

  /** Payload that waits to be sent, in bytes. */
  public long bufferedBytes() {
    return sum(snapshot, 0, channels -> channels.association().totalBufferedAmount());
  }

  private static long sum(Snapshot now, long gone, ToLongFunction<DataChannels> of) {
    long total = gone;
    for (DataChannels channels : now.live) {
      total += of.applyAsLong(channels);
    }
    return total;
  }
}
