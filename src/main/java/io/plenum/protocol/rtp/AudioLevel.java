package io.plenum.protocol.rtp;

/** The audio level extension (RFC 6464): how loud the packet's sound is, and whether the sender takes it for speech. */
public final class AudioLevel {
  public static final int BYTES = 1;
  /** Digital silence, in -dBov. */
  public static final int SILENCE = 127;

  private AudioLevel() {}

  /** The byte, for {@link #level} and {@link #voice}; or -1 if the packet has none. */
  public static int read(RtpPacket packet, int id) {
    return packet.extensionLength(id) >= BYTES ? packet.bytes()[packet.extensionOffset(id)] & 0xff : -1;
  }

  /** 0 (loudest) … 127 (silence), in -dBov. */
  public static int level(int audioLevel) {
    return audioLevel & 0x7f;
  }

  public static boolean voice(int audioLevel) {
    return (audioLevel & 0x80) != 0;
  }

  public static void put(byte[] bytes, int dataOffset, boolean voice, int level) {
    bytes[dataOffset] = (byte) ((voice ? 0x80 : 0) | level & 0x7f);
  }
}
