package io.plenum.media.stream;

/** NTP's fixed-point times (RFC 3550 §4), as differences: the clocks themselves are read elsewhere. */
final class NtpTime {
  private static final long NS_PER_SECOND = 1_000_000_000L;

  private NtpTime() {}

  /** A duration in 1/65536 s, as LSR and DLSR have it; 0 if negative, saturated at 32 bits. */
  static long shortFromNs(long durationNs) {
    long seconds = durationNs / NS_PER_SECOND;
    if (durationNs <= 0) {
      return 0;
    }
    if (seconds > 0xffff) {
      return 0xffff_ffffL;
    }
    return (seconds << 16) + ((durationNs % NS_PER_SECOND << 16) / NS_PER_SECOND);
  }

  /** The middle 32 bits, by which a report names the one that it answers. */
  static long middle(long ntpTime) {
    return ntpTime >>> 16 & 0xffff_ffffL;
  }

  static long nsFromShort(long units) {
    return (units & 0xffff_ffffL) * NS_PER_SECOND >> 16;
  }

  /** A duration, also a negative one, in 1/2^32 s. */
  static long fromNs(long durationNs) {
    long seconds = Math.floorDiv(durationNs, NS_PER_SECOND);
    long rest = Math.floorMod(durationNs, NS_PER_SECOND);
    return (seconds << 32) + (rest << 32) / NS_PER_SECOND;
  }

  /** A duration in 1/2^32 s, also a negative one, in nanoseconds. */
  static long toNs(long ntpDuration) {
    return (ntpDuration >> 32) * NS_PER_SECOND + ((ntpDuration & 0xffff_ffffL) * NS_PER_SECOND >>> 32);
  }

  /** How far a clock of {@code clockRate} Hz goes in that duration. */
  static long toClock(long durationNs, int clockRate) {
    long seconds = Math.floorDiv(durationNs, NS_PER_SECOND);
    long rest = Math.floorMod(durationNs, NS_PER_SECOND);
    return seconds * clockRate + (rest * clockRate + NS_PER_SECOND / 2) / NS_PER_SECOND;
  }
}
