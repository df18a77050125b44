package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * INIT or INIT ACK (RFC 9260 §3.3.2 and §3.3.3): who wants an association, and what it can do. A view; the cookie and
 * what has to be reported are places in the packet's bytes.
 */
public final class InitChunk {
  /** Chunk header, tag, window, streams out and in, first TSN. */
  public static final int FIXED_BYTES = 20;

  private static final int FIXED_VALUE_BYTES = FIXED_BYTES - ChunkType.HEADER_BYTES;
  private static final int STATE_COOKIE = 7;
  private static final int UNRECOGNIZED_PARAMETER = 8;
  /** RFC 5061 §4.2.7. */
  private static final int SUPPORTED_EXTENSIONS = 0x8008;
  /** RFC 9653 §4. */
  private static final int ZERO_CHECKSUM_ACCEPTABLE = 0x8001;
  /** RFC 9653 §9: something like DTLS below detects the errors. */
  private static final int ERROR_DETECTION_BY_DTLS = 1;
  /** RFC 3758 §3.1. */
  private static final int FORWARD_TSN_SUPPORTED = 0xc000;
  /** Addresses (5, 6, 11), cookie preservative (9), supported address types (12): meaningless over DTLS. */
  private static final long HARMLESS = 1L << 5 | 1L << 6 | 1L << 9 | 1L << 11 | 1L << 12;
  /** Parameters of one chunk that are reported as unknown; no real peer has as many, and the answer stays short. */
  private static final int MAX_REPORTED = 8;
  /** A reported parameter longer than this is left out: the answer to an INIT is not a way to make us send. */
  private static final int MAX_REPORTED_BYTES = 64;

  private final ParameterReader parameters = new ParameterReader();
  private final int[] reportedOffsets = new int[MAX_REPORTED];
  private final int[] reportedLengths = new int[MAX_REPORTED];
  private byte[] bytes;
  private int value;
  private int reported;
  private int cookieOffset;
  private int cookieLength;
  private Capabilities capabilities;

  /** @param packet a reader that stands on INIT or INIT ACK */
  public Malformed parse(PacketReader packet) {
    bytes = packet.bytes();
    value = packet.valueOffset();
    reported = 0;
    cookieOffset = 0;
    cookieLength = 0;
    capabilities = Capabilities.NONE;
    int length = packet.valueLength();
    if (length < FIXED_VALUE_BYTES) {
      return Malformed.TOO_SHORT;
    }
    Malformed wrong = parameters.parse(bytes, value + FIXED_VALUE_BYTES, length - FIXED_VALUE_BYTES);
    if (wrong != null) {
      return wrong;
    }
    readParameters();
    if (initiateTag() == 0 || outgoingStreams() == 0 || incomingStreams() == 0) {
      return Malformed.WRONG_VALUE;
    }
    if (packet.chunkType() == ChunkType.INIT_ACK && cookieLength == 0) {
      return Malformed.MISSING_FIELD;
    }
    return null;
  }

  private void readParameters() {
    boolean forwardTsn = false;
    boolean interleavedData = false;
    boolean interleavedForward = false;
    boolean reConfig = false;
    boolean zeroChecksum = false;
    boolean readOn = true;
    while (readOn && parameters.next()) {
      int type = parameters.type();
      int from = parameters.valueOffset();
      int count = parameters.valueLength();
      switch (type) {
        case STATE_COOKIE -> {
          cookieOffset = from;
          cookieLength = count;
        }
        case FORWARD_TSN_SUPPORTED -> forwardTsn = true;
        case ZERO_CHECKSUM_ACCEPTABLE ->
            zeroChecksum |= count == 4 && Bytes.i32(bytes, from) == ERROR_DETECTION_BY_DTLS;
        case SUPPORTED_EXTENSIONS -> {
          for (int i = from; i < from + count; i++) {
            int extension = Bytes.u8(bytes, i);
            forwardTsn |= extension == ChunkType.FORWARD_TSN;
            interleavedData |= extension == ChunkType.I_DATA;
            interleavedForward |= extension == ChunkType.I_FORWARD_TSN;
            reConfig |= extension == ChunkType.RE_CONFIG;
          }
        }
        default -> readOn = isHarmless(type) || onUnknown(type);
      }
    }
    capabilities =
        new Capabilities(forwardTsn, interleavedData && (interleavedForward || !forwardTsn), reConfig, zeroChecksum);
  }

  private static boolean isHarmless(int type) {
    return type < Long.SIZE && (HARMLESS >> type & 1) != 0 || type == UNRECOGNIZED_PARAMETER;
  }

  /** The two upper bits say whether to report it and whether to read on (RFC 9260 §3.2.1). */
  private boolean onUnknown(int type) {
    if ((type & 0x4000) != 0 && reported < MAX_REPORTED && parameters.length() <= MAX_REPORTED_BYTES) {
      reportedOffsets[reported] = parameters.offset();
      reportedLengths[reported++] = parameters.length();
    }
    return (type & 0x8000) != 0;
  }

  /** What its sender wants to see as verification tag; not 0. */
  public int initiateTag() {
    return Bytes.i32(bytes, value);
  }

  public long receiverWindow() {
    return Bytes.u32(bytes, value + 4);
  }

  /** Streams that its sender wants to send on. */
  public int outgoingStreams() {
    return Bytes.u16(bytes, value + 8);
  }

  /** Streams that its sender accepts. */
  public int incomingStreams() {
    return Bytes.u16(bytes, value + 10);
  }

  public int initialTsn() {
    return Bytes.i32(bytes, value + 12);
  }

  public Capabilities capabilities() {
    return capabilities;
  }

  /** INIT ACK: where the cookie is. */
  public int cookieOffset() {
    return cookieOffset;
  }

  public int cookieLength() {
    return cookieLength;
  }

  /** Begins a chunk of either type, with what is ours; {@link #writeEnd} ends it. */
  public static void writeBegin(PacketWriter out, int type, int initiateTag, long receiverWindow, int outgoingStreams,
      int incomingStreams, int initialTsn, Capabilities capabilities) {
    out.beginChunk(type, 0);
    out.put32(initiateTag);
    out.put32((int) receiverWindow);
    out.put16(outgoingStreams);
    out.put16(incomingStreams);
    out.put32(initialTsn);
    if (capabilities.zeroChecksum()) {
      int start = out.beginParameter(ZERO_CHECKSUM_ACCEPTABLE);
      out.put32(ERROR_DETECTION_BY_DTLS);
      out.endParameter(start);
    }
    if (capabilities.partialReliability()) {
      out.endParameter(out.beginParameter(FORWARD_TSN_SUPPORTED));
    }
    int start = out.beginParameter(SUPPORTED_EXTENSIONS);
    if (capabilities.streamReset()) {
      out.put8(ChunkType.RE_CONFIG);
    }
    if (capabilities.partialReliability()) {
      out.put8(ChunkType.FORWARD_TSN);
    }
    if (capabilities.interleaving()) {
      out.put8(ChunkType.I_DATA);
      if (capabilities.partialReliability()) {
        out.put8(ChunkType.I_FORWARD_TSN);
      }
    }
    out.endParameter(start);
  }

  public static void writeCookie(PacketWriter out, byte[] cookie) {
    int start = out.beginParameter(STATE_COOKIE);
    out.put(cookie, 0, cookie.length);
    out.endParameter(start);
  }

  /** Reports what this INIT had that we do not know, as far as there is room. */
  public void writeUnrecognized(PacketWriter out) {
    for (int i = 0; i < reported; i++) {
      if (out.room() >= ParameterReader.HEADER_BYTES + ChunkType.padded(reportedLengths[i])) {
        int start = out.beginParameter(UNRECOGNIZED_PARAMETER);
        out.put(bytes, reportedOffsets[i], reportedLengths[i]);
        out.endParameter(start);
      }
    }
  }

  public static void writeEnd(PacketWriter out) {
    out.endChunk();
  }
}
