package io.plenum.client;

import io.plenum.protocol.rtp.RtpHeaderWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/** What a synthetic client sends of one producer: a picture every 40 ms or a sound every 20. On the clients' loop. */
public final class OutgoingStream {
  static final int VIDEO_INTERVAL_MS = 40;
  static final int AUDIO_INTERVAL_MS = 20;
  private static final int MID_EXTENSION = 9;
  private static final int OPUS = 111;
  private static final int VP8 = 96;
  private static final int VP8_RTX = 97;
  private static final int DESCRIPTOR_BYTES = 6;
  private static final int VIDEO_BYTES = 600;
  private static final int AUDIO_BYTES = 80;
  private static final int PACKET_BYTES = 1_200;

  final boolean video;
  final int ssrc;
  private final String mid;
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final byte[] packet = new byte[PACKET_BYTES];
  private int sequenceNumber;
  private int pictureId;
  private boolean keyFrameWanted = true;
  private boolean silent;
  private long packets;
  private volatile int keyFrameRequests;
  String producerId;

  OutgoingStream(boolean video, int ssrc, String mid) {
    this.video = video;
    this.ssrc = ssrc;
    this.mid = mid;
  }

  public int ssrc() {
    return ssrc;
  }

  public int payloadType() {
    return video ? VP8 : OPUS;
  }

  /** Of the producer that the server has made of it. */
  public String producerId() {
    return producerId;
  }

  /** In the form of mediasoup-client. */
  Map<String, Object> rtpParameters() {
    long unsigned = ssrc & 0xffff_ffffL;
    List<Object> codecs = video
        ? List.of(
            Map.of("mimeType", "video/VP8", "payloadType", VP8, "clockRate", 90_000, "parameters", Map.of(),
                "rtcpFeedback", List.of(
                    Map.of("type", "nack", "parameter", ""), Map.of("type", "nack", "parameter", "pli"))),
            Map.of("mimeType", "video/rtx", "payloadType", VP8_RTX, "clockRate", 90_000,
                "parameters", Map.of("apt", VP8), "rtcpFeedback", List.of()))
        : List.of(Map.of("mimeType", "audio/opus", "payloadType", OPUS, "clockRate", 48_000, "channels", 2,
            "parameters", Map.of(), "rtcpFeedback", List.of()));
    Map<String, Object> encoding = video
        ? Map.of("ssrc", unsigned, "rtx", Map.of("ssrc", unsigned ^ 1))
        : Map.of("ssrc", unsigned);
    return Map.of("mid", mid, "codecs", codecs,
        "headerExtensions", List.of(Map.of("uri", "urn:ietf:params:rtp-hdrext:sdes:mid", "id", MID_EXTENSION)),
        "encodings", List.of(encoding), "rtcp", Map.of("cname", "synthetic", "reducedSize", true));
  }

  void requestKeyFrame() {
    keyFrameWanted = true;
    keyFrameRequests++;
  }

  void silent(boolean isSilent) {
    silent = isSilent;
    keyFrameWanted = true;
  }

  /** How often it was asked for a key frame. From any thread. */
  public int keyFrameRequests() {
    return keyFrameRequests;
  }

  long packets() {
    return packets;
  }

  void capture(MediaTransport transport, long nowNs) {
    if (silent) {
      return;
    }
    header.clear();
    byte[] name = mid.getBytes(StandardCharsets.US_ASCII);
    header.add(MID_EXTENSION, name, 0, name.length);
    long timestamp = nowNs / 1_000 * (video ? 90 : 48) / 1_000;
    int headerLength = header.write(packet, 0, video, video ? VP8 : OPUS, sequenceNumber, timestamp, ssrc);
    sequenceNumber = sequenceNumber + 1 & 0xffff;
    packets++;
    if (video) {
      writePicture(headerLength);
    }
    transport.sendRtp(packet, headerLength, headerLength + (video ? VIDEO_BYTES : AUDIO_BYTES));
  }

  /** RFC 7741 §4.2 and RFC 6386 §9.1: only what a server reads. */
  private void writePicture(int at) {
    java.util.Arrays.fill(packet, at, at + VIDEO_BYTES, (byte) 0);
    pictureId = pictureId + 1 & 0x7fff;
    packet[at] = (byte) 0x90;
    packet[at + 1] = (byte) 0xe0;
    packet[at + 2] = (byte) (0x80 | pictureId >> 8);
    packet[at + 3] = (byte) pictureId;
    packet[at + 4] = (byte) pictureId;
    packet[at + 5] = 0x20;
    int frame = at + DESCRIPTOR_BYTES;
    packet[frame] = (byte) (keyFrameWanted ? 0x10 : 0x11);
    if (keyFrameWanted) {
      packet[frame + 3] = (byte) 0x9d;
      packet[frame + 4] = 0x01;
      packet[frame + 5] = 0x2a;
      packet[frame + 7] = 1;
      packet[frame + 9] = 1;
    }
    keyFrameWanted = false;
  }
}
