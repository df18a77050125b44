package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.router.DataLimits;
import io.plenum.media.stream.HistoryBudget;
import io.plenum.protocol.TokenBucket;

/**
 * How much media one peer may send us, whatever it was allowed to encode: authenticated RTP by bytes and packets, and the work
 * that its RTCP may cause. One for all transports of a peer, which live on one loop. What is above is dropped and counted;
 * nothing is kept for it, and nobody forwards it.
 *
 * <p>It stands behind SRTP, because before it anybody who writes the peer's address on his datagrams could spend its credit;
 * and before everything that reports packets as received, so that the encoder of an honest client slows down instead of
 * sending on what is thrown away.
 */
public final class MediaPolicer {
  /** Sustained rates. A second of each may come at once: key frames of several encodings, probes of browsers, a path that stood still. */
  public record Rates(long bytesPerSecond, long packetsPerSecond) {
    private static final int BYTES_PER_MBIT = 125_000;
    /**
     * Of one audio producer. Opus ends at 510 kbit/s and 400 packets a second, and RED, or FEC for stereo, at twice that; sound
     * is forwarded whatever the receivers' paths carry, so nobody else would stop what is no sound.
     */
    static final Rates AUDIO = new Rates(1_500_000 / 8, 1_000);

    /** In the units of {@code conf/plenum.yaml}, where the defaults and their reasons are. */
    public static Rates ofMbit(int mbitPerSecond, int packetsPerSecond) {
      return new Rates((long) mbitPerSecond * BYTES_PER_MBIT, packetsPerSecond);
    }
  }

  /** One stream of packets: each needs credit for itself and for its bytes. */
  static final class Bucket {
    private final TokenBucket bytes;
    private final TokenBucket packets;

    Bucket(Rates rates) {
      bytes = new TokenBucket(rates.bytesPerSecond(), rates.bytesPerSecond());
      packets = new TokenBucket(rates.packetsPerSecond(), rates.packetsPerSecond());
    }

    boolean take(int length, long nowNs) {
      return packets.has(1, nowNs) && bytes.take(length, nowNs) && packets.take(1, nowNs);
    }
  }

  /**
   * Datagrams of RTCP. A page that receives a hundred streams over a bad line sends a NACK every 20 ms for each video, and a
   * report every second for each: fewer than 3,000.
   */
  static final int RTCP_PER_SECOND = 5_000;
  /**
   * Look-ups that RTCP asks for: one for each packet that a NACK names or a transport-cc feedback has a status of, several for
   * what does more. That page, at 100 Mbit/s, has 10,000 statuses a second, and in the worst moment asks for each of its
   * missing packets ten times. The whole of it is some milliseconds of a loop.
   */
  static final int RTCP_WORK_PER_SECOND = 200_000;
  /** Content of a full SCTP packet, rounded down: the larger part of the records at the highest allowed data rate. */
  private static final int DATA_BYTES_PER_RECORD = 1_000;
  /**
   * DTLS records beside those full of data: SACKs for what the peer receives, one for two packets, and small messages.
   * A record costs 3.5 to 8 µs, so that with the default data rate a flood costs a tenth of a loop.
   */
  static final int CONTROL_RECORDS_PER_SECOND = 5_000;
  /** After so long without a refusal, the next one is told again. */
  static final long EPISODE_NS = 10_000_000_000L;

  /** Null for one who is trusted. */
  private final Bucket media;
  private final HistoryBudget history;
  private final TokenBucket rtcp = new TokenBucket(RTCP_PER_SECOND, RTCP_PER_SECOND);
  private final TokenBucket rtcpWork = new TokenBucket(RTCP_WORK_PER_SECOND, RTCP_WORK_PER_SECOND);
  private final TokenBucket records;
  private boolean refusedBefore;
  private long lastRefusedNs;
  private long refused;
  private long episodes;

  public MediaPolicer(Rates rates) {
    this(rates, DataLimits.DEFAULT);
  }

  /** @param data of one transport; all transports of the peer together have as many records as it fills */
  public MediaPolicer(Rates rates, DataLimits data) {
    this(new Bucket(rates), new HistoryBudget(HistoryBudget.PEER_BYTES), recordsPerSecond(data));
  }

  private MediaPolicer(Bucket media, HistoryBudget history, int recordsPerSecond) {
    this.media = media;
    this.history = history;
    this.records = new TokenBucket(recordsPerSecond, recordsPerSecond);
  }

  static int recordsPerSecond(DataLimits data) {
    return CONTROL_RECORDS_PER_SECOND + data.bytesPerSecond() / DATA_BYTES_PER_RECORD;
  }

  /** Lets everything through: for another router, whose publishers have been policed where they are, and for the application. */
  static MediaPolicer trusting() {
    return new MediaPolicer(null, HistoryBudget.unlimited(), CONTROL_RECORDS_PER_SECOND);
  }

  /** One authentic RTP packet, whatever is in it; false if it is to be dropped. */
  boolean admits(int length, long nowNs) {
    return media == null || media.take(length, nowNs);
  }

  /**
   * A packet was refused.
   *
   * @return whether that is worth telling: it is the first one in {@link #EPISODE_NS}
   */
  boolean onRefused(long nowNs) {
    boolean begins = !refusedBefore || nowNs - lastRefusedNs >= EPISODE_NS;
    refusedBefore = true;
    lastRefusedNs = nowNs;
    refused++;
    episodes += begins ? 1 : 0;
    return begins;
  }

  /** For one audio producer, on top of what all producers together may send; null if there is no limit. */
  Bucket forAudio() {
    return media == null ? null : new Bucket(Rates.AUDIO);
  }

  /** What is kept of its packets for repairs. */
  HistoryBudget history() {
    return history;
  }

  /** One authentic datagram of RTCP; false if it is not to be read. */
  boolean admitsRtcp(long nowNs) {
    return media == null || rtcp.take(1, nowNs);
  }

  /** Something in RTCP that causes so much work; false if it is not to be done. */
  boolean admitsRtcpWork(int lookUps, long nowNs) {
    return media == null || rtcpWork.take(lookUps, nowNs);
  }

  /** Tells whether a DTLS record may be decrypted; asked first, so that records over the rate cost nothing more. */
  boolean admitsRecord(long nowNs) {
    return media == null || records.has(1, nowNs);
  }

  /** An authentic DTLS record was read. Forged ones cost the peer nothing: anybody can write its address on them. */
  void onRecord(long nowNs) {
    records.take(1, nowNs);
  }

  void dump(Dump out) {
    out.value("refused", refused).value("episodes", episodes).value("historyBytes", history.heldBytes());
  }
}
