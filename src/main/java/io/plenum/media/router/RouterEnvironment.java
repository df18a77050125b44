package io.plenum.media.router;

import io.plenum.media.parameters.SsrcSource;
import io.plenum.protocol.rtp.SsrcTable;
import java.util.random.RandomGenerator;

/**
 * What a router has from the world: randomness, the wall clock as an offset to {@code nowNs}, and scratch memory that
 * everything on one event loop may share, because only one packet is in hand at a time.
 */
public final class RouterEnvironment {
  /** Larger datagrams are not ours: our sockets read at most this. */
  public static final int MAX_DATAGRAM_BYTES = 2_048;

  private final RandomGenerator random;
  private final long ntpAtZeroNs;
  private final SsrcTable<Boolean> pipedSsrcs = new SsrcTable<>();
  private final SsrcSource pipedSsrcSource;
  private final DropTotals drops = new DropTotals();
  private final SctpTotals sctp = new SctpTotals();
  private final DataDepartures departures = new DataDepartures();
  private final DataLimits dataLimits;
  private final DeadlineQueue deadlines = new DeadlineQueue();
  private int consumers;
  /** A packet after SRTP, before it is handed on. */
  public final byte[] plain = new byte[MAX_DATAGRAM_BYTES];
  /** A packet that RTX brought back. */
  public final byte[] restored = new byte[MAX_DATAGRAM_BYTES];
  /** A packet on its way out; roomier, since extensions and the SRTP tag are added. */
  public final byte[] out = new byte[MAX_DATAGRAM_BYTES + 256];
  /** RTCP on its way out, apart, because feedback is written while a packet is in {@link #out}. */
  public final byte[] rtcpOut = new byte[MAX_DATAGRAM_BYTES];
  /** A regular report while it is filled: a score may change meanwhile, and a key frame be asked for in {@link #rtcpOut}. */
  public final byte[] report = new byte[MAX_DATAGRAM_BYTES];

  /** @param ntpAtZeroNs NTP time (seconds since 1900 in the upper 32 bits) when {@code nowNs} is 0 */
  public RouterEnvironment(RandomGenerator random, long ntpAtZeroNs) {
    this(random, ntpAtZeroNs, DataLimits.DEFAULT);
  }

  /** @param dataLimits of each transport of a client */
  public RouterEnvironment(RandomGenerator random, long ntpAtZeroNs, DataLimits dataLimits) {
    this.random = random;
    this.dataLimits = dataLimits;
    this.ntpAtZeroNs = ntpAtZeroNs;
    this.pipedSsrcSource = new SsrcSource(random, ssrc -> pipedSsrcs.get((int) ssrc) != null);
  }

  public RandomGenerator random() {
    return random;
  }

  /** What was dropped on this loop, by reason. */
  public DropTotals drops() {
    return drops;
  }

  /** What the loop's SCTP associations have done. */
  public SctpTotals sctp() {
    return sctp;
  }

  /** When data messages that came together leave. */
  public DataDepartures departures() {
    return departures;
  }

  /** How much the client of one transport may say over data channels. */
  public DataLimits dataLimits() {
    return dataLimits;
  }

  void onConsumers(int change) {
    consumers += change;
  }

  /** Of all routers of the loop. Whoever reads it from elsewhere may see a number that is a moment old. */
  public int consumerCount() {
    return consumers;
  }

  /** When whom on the loop wants to be woken. */
  public DeadlineQueue deadlines() {
    return deadlines;
  }

  /** SSRCs for pipes: all pipes of a loop leave through one port, so no two of their streams may share one. */
  public SsrcSource pipedSsrcSource() {
    return pipedSsrcSource;
  }

  public void onPipedSsrc(int ssrc) {
    pipedSsrcs.put(ssrc, Boolean.TRUE);
  }

  public void onPipedSsrcGone(int ssrc) {
    pipedSsrcs.remove(ssrc);
  }

  /** The NTP time of {@code nowNs}. */
  public long ntpTime(long nowNs) {
    long seconds = Math.floorDiv(nowNs, 1_000_000_000L);
    long fraction = (Math.floorMod(nowNs, 1_000_000_000L) << 32) / 1_000_000_000L;
    return ntpAtZeroNs + (seconds << 32) + fraction;
  }
}
