package io.plenum.simulation;

import io.plenum.media.parameters.RtpParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a made-up client signals when it produces: payload types and extension ids are its own, not the router's. */
public final class PublisherParameters {
  public static final int VP8 = 45;
  public static final int VP8_RTX = 46;
  public static final int OPUS = 111;
  public static final int MID = 9;
  public static final int RID = 10;
  public static final int REPAIRED_RID = 11;
  public static final int ABS_SEND_TIME = 2;
  public static final int TRANSPORT_CC = 3;
  public static final int AUDIO_LEVEL = 1;
  public static final int ABS_CAPTURE_TIME = 12;

  private PublisherParameters() {}

  public static RtpParameters opus(String mid, long ssrc, boolean transportCc) {
    // As mediasoup-client, which adds NACK to what browsers say they can for Opus.
    List<Object> feedback = transportCc ? List.of(feedback("nack", ""), feedback("transport-cc", ""))
        : List.of(feedback("nack", ""));
    return parameters(mid,
        List.of(codec("audio/opus", OPUS, 48_000, 2, Map.of("minptime", 10, "useinbandfec", 1), feedback)),
        extensions(transportCc, false), List.of(Map.of("ssrc", ssrc)));
  }

  /** One stream whose SSRCs are signalled. */
  public static RtpParameters vp8(String mid, long ssrc, long rtxSsrc, boolean transportCc) {
    return parameters(mid, vp8Codecs(transportCc), extensions(transportCc, true),
        List.of(Map.of("ssrc", ssrc, "rtx", Map.of("ssrc", rtxSsrc))));
  }

  /** One stream with an SSRC that is signalled, and NACK, but nothing beside it to repair with. */
  public static RtpParameters vp8WithoutRtx(String mid, long ssrc) {
    return parameters(mid, vp8Codecs(false).subList(0, 1), extensions(false, true), List.of(Map.of("ssrc", ssrc)));
  }

  /** Streams r0, r1, …, whose SSRCs the first packets tell. */
  public static RtpParameters vp8Simulcast(String mid, int streams, int temporalLayers, boolean transportCc) {
    List<Object> encodings = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      encodings.add(Map.of("rid", "r" + i, "scalabilityMode", "L1T" + temporalLayers));
    }
    return parameters(mid, vp8Codecs(transportCc), extensions(transportCc, true), encodings);
  }

  private static List<Object> vp8Codecs(boolean transportCc) {
    return List.of(
        codec("video/VP8", VP8, 90_000, null, Map.of(), List.of(feedback("nack", ""), feedback("nack", "pli"),
            feedback("ccm", "fir"), feedback("goog-remb", ""),
            transportCc ? feedback("transport-cc", "") : feedback("goog-remb", ""))),
        codec("video/rtx", VP8_RTX, 90_000, null, Map.of("apt", VP8), List.of()));
  }

  private static Object codec(
      String mimeType, int payloadType, int clockRate, Integer channels, Map<String, ?> parameters, List<Object> feedback) {
    Map<String, Object> codec = new LinkedHashMap<>();
    codec.put("mimeType", mimeType);
    codec.put("payloadType", payloadType);
    codec.put("clockRate", clockRate);
    if (channels != null) {
      codec.put("channels", channels);
    }
    codec.put("parameters", parameters);
    codec.put("rtcpFeedback", feedback);
    return codec;
  }

  private static Object feedback(String type, String parameter) {
    return Map.of("type", type, "parameter", parameter);
  }

  private static List<Object> extensions(boolean transportCc, boolean video) {
    List<Object> extensions = new ArrayList<>();
    extensions.add(extension("urn:ietf:params:rtp-hdrext:sdes:mid", MID));
    extensions.add(extension("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", ABS_SEND_TIME));
    if (transportCc) {
      extensions.add(extension("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", TRANSPORT_CC));
    }
    if (video) {
      extensions.add(extension("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", RID));
      extensions.add(extension("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", REPAIRED_RID));
    } else {
      extensions.add(extension("urn:ietf:params:rtp-hdrext:ssrc-audio-level", AUDIO_LEVEL));
    }
    return extensions;
  }

  private static Object extension(String uri, int id) {
    return Map.of("uri", uri, "id", id);
  }

  private static RtpParameters parameters(String mid, List<Object> codecs, List<Object> extensions, List<?> encodings) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("mid", mid);
    json.put("codecs", codecs);
    json.put("headerExtensions", extensions);
    json.put("encodings", encodings);
    json.put("rtcp", Map.of("cname", "", "reducedSize", true));
    return RtpParameters.fromJson(json);
  }
}
