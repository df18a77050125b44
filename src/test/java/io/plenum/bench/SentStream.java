package io.plenum.bench;

import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * One stream that a publisher sends: VP8 of 1 Mbit/s at 30 frames per second, or Opus of 40 kbit/s at 50 packets. Frames
 * vary in size by a quarter and are cut as libwebrtc cuts them: into packets that differ by a byte at most, the larger
 * ones last, and all at once. On its loop.
 */
final class SentStream {
  private static final String MID_URI = "urn:ietf:params:rtp-hdrext:sdes:mid";
  private static final String LEVEL_URI = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
  private static final String SEND_TIME_URI = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
  private static final String TRANSPORT_CC_URI =
      "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
  private static final int MID = 4;
  private static final int LEVEL = 1;
  private static final int SEND_TIME = 2;
  private static final int TRANSPORT_CC = 3;
  private static final int OPUS = 111;
  private static final int VP8 = 96;
  private static final int VP8_RTX = 97;

  private static final int FRAMES_PER_SECOND = 30;
  private static final int OPUS_PER_SECOND = 50;
  /** 1 Mbit/s. */
  private static final int FRAME_BYTES = 1_000_000 / 8 / FRAMES_PER_SECOND;
  private static final int OPUS_BYTES = 100;
  /** Of payload, as libwebrtc's: 1,200 less headers and what SRTP and RTX add. */
  private static final int MAX_PAYLOAD_BYTES = 1_130;
  private static final int DESCRIPTOR_BYTES = 6;

  final boolean video;
  final int ssrc;
  final String mid;
  private final boolean evenFrames;
  private final SplittableRandom random;
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final byte[] packet = new byte[1_500];
  private final byte[] level = {(byte) 0x90};
  private final long startNs = System.nanoTime();
  private long number;
  private long octets;
  private int sequenceNumber;
  private long timestamp;
  private int pictureId;
  private boolean keyFrameWanted = true;
  private long nextNs;
  /** Where the payload of the packet in hand begins. */
  private int payload;

  /** @param evenFrames all frames of one size, so that all packets are of one size */
  SentStream(boolean video, int ssrc, String mid, boolean evenFrames) {
    this.video = video;
    this.ssrc = ssrc;
    this.mid = mid;
    this.evenFrames = evenFrames;
    this.random = new SplittableRandom(ssrc);
    this.sequenceNumber = random.nextInt(1 << 16);
    for (int i = Stamp.OFFSET; i < packet.length; i++) {
      packet[i] = (byte) random.nextInt();
    }
  }

  /** In the form of mediasoup-client. */
  Map<String, Object> rtpParameters() {
    long unsigned = Integer.toUnsignedLong(ssrc);
    Map<String, Object> transportCc = Map.of("type", "transport-cc", "parameter", "");
    List<Object> codecs = video
        ? List.of(
            Map.of("mimeType", "video/VP8", "payloadType", VP8, "clockRate", 90_000, "parameters", Map.of(),
                "rtcpFeedback", List.of(transportCc, Map.of("type", "nack", "parameter", ""),
                    Map.of("type", "nack", "parameter", "pli"))),
            Map.of("mimeType", "video/rtx", "payloadType", VP8_RTX, "clockRate", 90_000,
                "parameters", Map.of("apt", VP8), "rtcpFeedback", List.of()))
        : List.of(Map.of("mimeType", "audio/opus", "payloadType", OPUS, "clockRate", 48_000, "channels", 2,
            "parameters", Map.of(), "rtcpFeedback", List.of(transportCc)));
    Map<String, Object> encoding = video
        ? Map.of("ssrc", unsigned, "rtx", Map.of("ssrc", Integer.toUnsignedLong(ssrc ^ 1)))
        : Map.of("ssrc", unsigned);
    List<Object> extensions = List.of(extension(MID_URI, MID),
        video ? extension(SEND_TIME_URI, SEND_TIME) : extension(LEVEL_URI, LEVEL),
        extension(TRANSPORT_CC_URI, TRANSPORT_CC));
    return Map.of("mid", mid, "codecs", codecs, "headerExtensions", extensions, "encodings", List.of(encoding),
        "rtcp", Map.of("cname", "bench", "reducedSize", true));
  }

  private static Map<String, Object> extension(String uri, int id) {
    return Map.of("uri", uri, "id", id, "encrypt", false, "parameters", Map.of());
  }

  void requestKeyFrame() {
    keyFrameWanted = true;
  }

  /** Of the next packet. */
  long nextNumber() {
    return number;
  }

  /** Begins anew at that time: after a pause nothing is caught up on. */
  void startAt(long nowNs) {
    nextNs = nowNs;
  }

  long nextDeadlineNs() {
    return nextNs;
  }

  void onTimeout(MediaPath path, long nowNs) {
    if (nowNs < nextNs) {
      return;
    }
    nextNs += 1_000_000_000L / (video ? FRAMES_PER_SECOND : OPUS_PER_SECOND);
    timestamp = (nowNs - startNs) / 1_000 * (video ? 90 : 48) / 1_000;
    if (video) {
      sendFrame(path);
    } else {
      int bytes = evenFrames ? OPUS_BYTES : OPUS_BYTES - 15 + random.nextInt(31);
      writeHeader(true, OPUS, path);
      transmit(path, bytes);
    }
  }

  private void sendFrame(MediaPath path) {
    pictureId = pictureId + 1 & 0x7fff;
    boolean key = keyFrameWanted;
    keyFrameWanted = false;
    int bytes = evenFrames ? FRAME_BYTES : FRAME_BYTES * 3 / 4 + random.nextInt(FRAME_BYTES / 2);
    int packets = (bytes + MAX_PAYLOAD_BYTES - 1) / MAX_PAYLOAD_BYTES;
    int larger = bytes % packets;
    for (int i = 0; i < packets; i++) {
      int share = bytes / packets + (i >= packets - larger && !evenFrames ? 1 : 0);
      writeHeader(i == packets - 1, VP8, path);
      writeDescriptor(i == 0, key);
      transmit(path, share);
    }
  }

  private void writeHeader(boolean marker, int payloadType, MediaPath path) {
    header.clear();
    byte[] name = mid.getBytes(StandardCharsets.US_ASCII);
    header.add(MID, name, 0, name.length);
    if (video) {
      header.reserve(SEND_TIME, 3);
    } else {
      header.add(LEVEL, level, 0, 1);
    }
    header.reserve(TRANSPORT_CC, 2);
    payload = header.write(packet, 0, marker, payloadType, sequenceNumber, timestamp, ssrc);
    sequenceNumber = sequenceNumber + 1 & 0xffff;
    Bytes.put16(packet, header.dataOffset(TRANSPORT_CC), path.takeTransportSequence());
  }

  private void transmit(MediaPath path, int payloadBytes) {
    Stamp.put(packet, payload, number, System.nanoTime());
    number++;
    octets += payloadBytes;
    // Encrypts in place: what was payload is noise next time, which is as good.
    path.sendRtp(packet, payload, payload + payloadBytes);
  }

  /** RFC 7741 §4.2 and RFC 6386 §9.1: only what a server reads. */
  private void writeDescriptor(boolean first, boolean key) {
    packet[payload] = (byte) (first ? 0x90 : 0x80);
    packet[payload + 1] = (byte) 0xe0;
    packet[payload + 2] = (byte) (0x80 | pictureId >> 8);
    packet[payload + 3] = (byte) pictureId;
    packet[payload + 4] = (byte) pictureId;
    packet[payload + 5] = 0x20;
    int frame = payload + DESCRIPTOR_BYTES;
    packet[frame] = (byte) (key ? 0x10 : 0x11);
    if (first && key) {
      packet[frame + 3] = (byte) 0x9d;
      packet[frame + 4] = 0x01;
      packet[frame + 5] = 0x2a;
      packet[frame + 6] = 0;
      packet[frame + 7] = 2;
      packet[frame + 8] = 0;
      packet[frame + 9] = 2;
    }
  }

  void fill(SenderInfo info, long nowNs, long ntpTime) {
    info.ssrc = ssrc;
    info.ntpTime = ntpTime;
    info.rtpTimestamp = (nowNs - startNs) / 1_000 * (video ? 90 : 48) / 1_000 & 0xffff_ffffL;
    info.packetCount = number & 0xffff_ffffL;
    info.octetCount = octets & 0xffff_ffffL;
  }
}
