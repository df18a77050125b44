package io.plenum.protocol.rtp.codec;

import java.util.Locale;

/** Which parser a codec needs. */
public final class PayloadParsers {
  private PayloadParsers() {}

  /**
   * A new parser for one stream.
   *
   * @param mimeType such as {@code video/VP8}, in any case
   * @param dependencyDescriptorId the extension's id as negotiated with the sender, 0 if it is not
   */
  public static PayloadParser forMimeType(String mimeType, int dependencyDescriptorId) {
    PayloadParser codec = switch (mimeType.toLowerCase(Locale.ROOT)) {
      case "audio/opus", "audio/multiopus" -> new OpusPayload();
      case "video/vp8" -> new Vp8Payload();
      case "video/vp9" -> new Vp9Payload();
      case "video/h264" -> new H264Payload();
      case "video/av1" -> new Av1Payload();
      default -> new PlainPayload();
    };
    boolean described = dependencyDescriptorId > 0 && hasKeyFrames(mimeType);
    return described ? new DescribedPayload(codec, dependencyDescriptorId) : codec;
  }

  /** True if a receiver must begin with a key frame; false if any packet will do. */
  public static boolean hasKeyFrames(String mimeType) {
    return switch (mimeType.toLowerCase(Locale.ROOT)) {
      case "video/vp8", "video/vp9", "video/h264", "video/av1" -> true;
      default -> false;
    };
  }
}
