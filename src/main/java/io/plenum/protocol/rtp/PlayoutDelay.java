package io.plenum.protocol.rtp;

import io.plenum.protocol.wire.Bytes;

/** The playout-delay extension: how long the receiver should wait before it shows a frame, at least and at most. */
public final class PlayoutDelay {
  public static final int BYTES = 3;
  /** Twelve bits of 10 ms. */
  public static final int MAX_MS = 40_950;

  private PlayoutDelay() {}

  /** The 24 bits, for the other methods; or -1 if the packet has none. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) == BYTES ? Bytes.u24(packet.bytes(), packet.extensionOffset(id)) : -1;
  }

  public static int minimumMs(int playoutDelay) {
    return 10 * (playoutDelay >> 12 & 0xfff);
  }

  public static int maximumMs(int playoutDelay) {
    return 10 * (playoutDelay & 0xfff);
  }

  /** 0…{@link #MAX_MS}, rounded down to 10 ms. */
  public static void put(byte[] bytes, int dataOffset, int minimumMs, int maximumMs) {
    Bytes.put24(bytes, dataOffset, minimumMs / 10 << 12 | maximumMs / 10 & 0xfff);
  }
}
