package io.plenum.media.parameters;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The codecs that a room's routers are asked for. Clients take the first of a kind that they have, unless told. */
public final class MediaCodecs {
  private static final List<RtpCodecCapability> VIDEO = List.of(
      RtpCodecCapability.video("video/VP8", Map.of()),
      RtpCodecCapability.video("video/VP9", Map.of("profile-id", 0)),
      RtpCodecCapability.video("video/VP9", Map.of("profile-id", 2)),
      h264("4d0032"),
      h264("42e01f"),
      RtpCodecCapability.video("video/AV1", Map.of()));

  private static final RtpCodecCapability OPUS = RtpCodecCapability.audio("audio/opus", 48_000, 2);

  private MediaCodecs() {}

  /** Opus, VP8, VP9 (profiles 0 and 2), H264 (Main and Constrained Baseline), AV1. */
  public static List<RtpCodecCapability> defaults() {
    return Stream.concat(Stream.of(OPUS), VIDEO.stream()).toList();
  }

  /** The same, and the telephone's PCMU, PCMA and G722. */
  public static List<RtpCodecCapability> withTelephony() {
    // G722 samples at 16 kHz, but its RTP clock runs at 8 kHz by an error that RFC 3551 §4.5.2 keeps.
    Stream<RtpCodecCapability> audio = Stream.of(OPUS, RtpCodecCapability.audio("audio/PCMU", 8_000, 1),
        RtpCodecCapability.audio("audio/PCMA", 8_000, 1), RtpCodecCapability.audio("audio/G722", 8_000, 1));
    return Stream.concat(audio, VIDEO.stream()).toList();
  }

  private static RtpCodecCapability h264(String profileLevelId) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("packetization-mode", 1);
    parameters.put("profile-level-id", profileLevelId);
    return RtpCodecCapability.video("video/H264", parameters);
  }
}
