package io.plenum.media.parameters;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntSupplier;

/** Makes the capabilities that a router announces from the media codecs it is asked to have. */
public final class RouterCapabilities {
  private static final List<RtcpFeedback> AUDIO_FEEDBACK = List.of(RtcpFeedback.NACK, RtcpFeedback.TRANSPORT_CC);
  private static final List<RtcpFeedback> VIDEO_FEEDBACK = List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI,
      RtcpFeedback.CCM_FIR, RtcpFeedback.GOOG_REMB, RtcpFeedback.TRANSPORT_CC);
  private static final List<RtcpFeedback> TELEPHONY_FEEDBACK = List.of(RtcpFeedback.TRANSPORT_CC);

  /** What a router can forward. A payload type stands here where RFC 3551 §6 fixes it. */
  private static final List<RtpCodecCapability> SUPPORTED = List.of(
      audio("audio/opus", null, 48_000, 2, AUDIO_FEEDBACK),
      audio("audio/PCMU", 0, 8_000, 1, TELEPHONY_FEEDBACK),
      audio("audio/PCMA", 8, 8_000, 1, TELEPHONY_FEEDBACK),
      audio("audio/G722", 9, 8_000, 1, TELEPHONY_FEEDBACK),
      video("video/VP8", Map.of()),
      video("video/VP9", Map.of()),
      video("video/H264", Map.of("level-asymmetry-allowed", 1)),
      video("video/AV1", Map.of()));

  /** mediasoup's order, so that captures look familiar: 100 to 127, then 96 to 99. */
  private static final int FIRST_DYNAMIC = 100;
  private static final int LAST_DYNAMIC = 127;
  private static final int LOWEST_DYNAMIC = 96;

  private RouterCapabilities() {}

  /**
   * The codecs asked for, in that order, each of video with its RTX, and all header extensions that we understand.
   *
   * @param mediaCodecs a preferredPayloadType in them is honoured; parameters go into what is announced
   * @throws IllegalParameters when a codec is not supported, or payload types collide or run out
   */
  public static RtpCapabilities generate(List<RtpCodecCapability> mediaCodecs) {
    Set<Integer> used = reservedPayloadTypes(mediaCodecs);
    IntSupplier dynamic = () -> freePayloadType(used);
    List<RtpCodecCapability> codecs = new ArrayList<>();
    for (RtpCodecCapability asked : mediaCodecs) {
      RtpCodecCapability supported = supported(asked);
      Integer fixed = payloadType(asked, supported);
      int payloadType = fixed == null ? dynamic.getAsInt() : fixed;
      Map<String, Object> parameters = new LinkedHashMap<>(supported.parameters());
      parameters.putAll(asked.parameters());
      codecs.add(new RtpCodecCapability(supported.kind(), supported.mimeType(), payloadType, supported.clockRate(),
          supported.channels(), parameters, supported.rtcpFeedback()));
      if (supported.kind() == MediaKind.VIDEO) {
        codecs.add(new RtpCodecCapability(MediaKind.VIDEO, "video/rtx", dynamic.getAsInt(), supported.clockRate(), null,
            Map.of("apt", payloadType), List.of()));
      }
    }
    return new RtpCapabilities(codecs, KnownHeaderExtension.announced());
  }

  /** First those that cannot move, so that no dynamic one takes their place. */
  private static Set<Integer> reservedPayloadTypes(List<RtpCodecCapability> mediaCodecs) {
    Set<Integer> reserved = new HashSet<>();
    for (RtpCodecCapability asked : mediaCodecs) {
      Integer payloadType = payloadType(asked, supported(asked));
      if (payloadType != null && !reserved.add(payloadType)) {
        throw new IllegalParameters(IllegalParameters.NO_PAYLOAD_TYPE,
            "two media codecs ask for payload type " + payloadType);
      }
    }
    return reserved;
  }

  private static Integer payloadType(RtpCodecCapability asked, RtpCodecCapability supported) {
    return asked.preferredPayloadType() != null ? asked.preferredPayloadType() : supported.preferredPayloadType();
  }

  private static int freePayloadType(Set<Integer> used) {
    int count = LAST_DYNAMIC - LOWEST_DYNAMIC + 1;
    for (int i = 0; i < count; i++) {
      int payloadType = LOWEST_DYNAMIC + (FIRST_DYNAMIC - LOWEST_DYNAMIC + i) % count;
      if (used.add(payloadType)) {
        return payloadType;
      }
    }
    throw new IllegalParameters(IllegalParameters.NO_PAYLOAD_TYPE,
        "the media codecs need more than the " + count + " dynamic payload types");
  }

  private static RtpCodecCapability supported(RtpCodecCapability asked) {
    for (RtpCodecCapability candidate : SUPPORTED) {
      if (CodecMatch.sameName(asked, candidate)) {
        return candidate;
      }
    }
    throw new IllegalParameters(IllegalParameters.UNSUPPORTED_CODEC, "a router cannot have " + asked.mimeType() + " at "
        + asked.clockRate() + " Hz" + (asked.channels() == null ? "" : " with " + asked.channels() + " channels"));
  }

  private static RtpCodecCapability audio(String mimeType, Integer payloadType, int clockRate, int channels,
      List<RtcpFeedback> feedback) {
    return new RtpCodecCapability(MediaKind.AUDIO, mimeType, payloadType, clockRate, channels, Map.of(), feedback);
  }

  private static RtpCodecCapability video(String mimeType, Map<String, Object> parameters) {
    return new RtpCodecCapability(MediaKind.VIDEO, mimeType, null, 90_000, null, parameters, VIDEO_FEEDBACK);
  }
}
