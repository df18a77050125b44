package io.plenum.media.parameters;

/** Whether two descriptions of a codec mean the same codec. */
final class CodecMatch {
  private CodecMatch() {}

  /** The same name, clock rate and channels; the parameters may make them strangers all the same. */
  static boolean sameName(RtpCodec a, RtpCodec b) {
    return a.hasMimeType(b.mimeType()) && a.clockRate() == b.clockRate() && channels(a) == channels(b);
  }

  /** What one encodes, the other decodes. RTX is judged by what it repairs, so any RTX equals any other of its kind. */
  static boolean matches(RtpCodec a, RtpCodec b) {
    return sameName(a, b) && sameProfile(a, b);
  }

  private static boolean sameProfile(RtpCodec a, RtpCodec b) {
    if (a.hasMimeType("video/H264")) {
      // RFC 6184 §8.2.2: the packetization mode is part of what is negotiated; absent means 0.
      return a.integerParameter("packetization-mode", 0) == b.integerParameter("packetization-mode", 0)
          && H264ProfileLevelId.sameProfile(a.textParameter("profile-level-id"), b.textParameter("profile-level-id"));
    }
    if (a.hasMimeType("video/VP9")) {
      // RFC 9628 §6: absent means profile 0.
      return a.integerParameter("profile-id", 0) == b.integerParameter("profile-id", 0);
    }
    if (a.hasMimeType("video/AV1")) {
      // AV1's RTP specification §7.2.1: absent means profile 0, Main. Level and tier are the receiver's wish, not a rule.
      return a.integerParameter("profile", 0) == b.integerParameter("profile", 0);
    }
    return true;
  }

  private static int channels(RtpCodec codec) {
    return codec.channels() == null ? 1 : codec.channels();
  }
}
