package io.plenum.protocol.rtp;

/** The coordination of video orientation extension (3GPP TS 26.114 §7.4.5), at 2 bits of granularity. */
public final class VideoOrientation {
  public static final int BYTES = 1;

  private VideoOrientation() {}

  /** The byte, for the other methods; or -1 if the packet has none. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) >= BYTES ? packet.bytes()[packet.extensionOffset(id)] & 0xff : -1;
  }

  /** Clockwise as the receiver must turn the picture: 0, 90, 180, 270. */
  public static int rotationDegrees(int orientation) {
    return 90 * (orientation & 0x03);
  }

  /** Mirrored, before it is turned. */
  public static boolean flip(int orientation) {
    return (orientation & 0x04) != 0;
  }

  /** The camera that looks away from the user. */
  public static boolean backCamera(int orientation) {
    return (orientation & 0x08) != 0;
  }

  public static void put(byte[] bytes, int dataOffset, boolean backCamera, boolean flip, int rotationDegrees) {
    bytes[dataOffset] = (byte) ((backCamera ? 0x08 : 0) | (flip ? 0x04 : 0) | rotationDegrees / 90 & 0x03);
  }
}
