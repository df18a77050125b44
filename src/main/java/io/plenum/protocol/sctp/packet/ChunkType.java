package io.plenum.protocol.sctp.packet;

/** Types of chunks. The two upper bits say what one who does not know it has to do (RFC 9260 §3.2). */
public final class ChunkType {
  public static final int DATA = 0;
  public static final int INIT = 1;
  public static final int INIT_ACK = 2;
  public static final int SACK = 3;
  public static final int HEARTBEAT = 4;
  public static final int HEARTBEAT_ACK = 5;
  public static final int ABORT = 6;
  public static final int SHUTDOWN = 7;
  public static final int SHUTDOWN_ACK = 8;
  public static final int ERROR = 9;
  public static final int COOKIE_ECHO = 10;
  public static final int COOKIE_ACK = 11;
  public static final int SHUTDOWN_COMPLETE = 14;
  /** RFC 8260 §2.1. */
  public static final int I_DATA = 64;
  /** RFC 6525 §3.1. */
  public static final int RE_CONFIG = 130;
  /** RFC 3758 §3.2. */
  public static final int FORWARD_TSN = 192;
  /** RFC 8260 §2.3.1. */
  public static final int I_FORWARD_TSN = 194;

  /** Type, flags and length. */
  public static final int HEADER_BYTES = 4;
  /** ABORT and SHUTDOWN COMPLETE: the verification tag is the one of those who send it, reflected. */
  public static final int FLAG_TAG_REFLECTED = 0x01;

  private ChunkType() {}

  /** An unknown type says whether the chunks after it may be read. */
  public static boolean skipsWhenUnknown(int type) {
    return (type & 0x80) != 0;
  }

  /** An unknown type says whether its sender wants to hear of it. */
  public static boolean reportsWhenUnknown(int type) {
    return (type & 0x40) != 0;
  }

  /** Chunks and parameters begin at multiples of four bytes. */
  public static int padded(int length) {
    return length + 3 & ~3;
  }
}
