package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;

/** RTP packets for tests, as plain as can be. */
final class RtpBytes {
  private RtpBytes() {}

  static byte[] packet(int ssrc, int sequenceNumber, long timestamp, boolean marker, int... payload) {
    byte[] bytes = new byte[12 + payload.length];
    bytes[0] = (byte) 0x80;
    bytes[1] = (byte) (marker ? 0x80 | 96 : 96);
    Bytes.put16(bytes, 2, sequenceNumber);
    Bytes.put32(bytes, 4, (int) timestamp);
    Bytes.put32(bytes, 8, ssrc);
    for (int i = 0; i < payload.length; i++) {
      bytes[12 + i] = (byte) payload[i];
    }
    return bytes;
  }

  static RtpPacket view(byte[] bytes) {
    return view(bytes, 0, bytes.length);
  }

  static RtpPacket view(byte[] bytes, int offset, int length) {
    RtpPacket packet = new RtpPacket();
    assertNull(packet.parse(bytes, offset, length));
    return packet;
  }

  static RtpPacket view(int ssrc, int sequenceNumber, long timestamp) {
    return view(packet(ssrc, sequenceNumber, timestamp, true, 1, 2, 3, 4));
  }
}
