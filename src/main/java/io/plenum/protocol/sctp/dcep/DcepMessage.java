package io.plenum.protocol.sctp.dcep;

import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.nio.charset.StandardCharsets;

/** DATA_CHANNEL_OPEN and DATA_CHANNEL_ACK (RFC 8832 §5). A view. */
public final class DcepMessage {
  /**
   * Label and protocol together. The format allows 128 KiB for each of 65535 channels; names that people give are short.
   */
  public static final int MAX_NAME_BYTES = 2_048;

  private static final int ACK = 2;
  private static final int OPEN = 3;
  private static final int OPEN_FIXED_BYTES = 12;
  private static final int UNORDERED = 0x80;
  private static final int RELIABLE = 0;
  private static final int LIMITED_RETRANSMITS = 1;
  private static final int LIMITED_LIFETIME = 2;

  private DataChannelParameters parameters;

  /** @return what is wrong, or null */
  public Malformed parse(byte[] bytes) {
    parameters = null;
    if (bytes.length == 0) {
      return Malformed.TOO_SHORT;
    }
    if (bytes[0] == ACK) {
      return null;
    }
    return bytes[0] == OPEN ? parseOpen(bytes) : Malformed.WRONG_VALUE;
  }

  private Malformed parseOpen(byte[] bytes) {
    if (bytes.length < OPEN_FIXED_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int labelBytes = Bytes.u16(bytes, 8);
    int protocolBytes = Bytes.u16(bytes, 10);
    if (labelBytes + protocolBytes != bytes.length - OPEN_FIXED_BYTES) {
      return Malformed.WRONG_LENGTH;
    }
    if (labelBytes + protocolBytes > MAX_NAME_BYTES) {
      return Malformed.TOO_LONG;
    }
    int type = Bytes.u8(bytes, 1);
    int kind = type & ~UNORDERED;
    if (kind > LIMITED_LIFETIME) {
      return Malformed.WRONG_VALUE;
    }
    // RFC 8832 §5.1: without a limit the parameter is ignored.
    long limit = Bytes.u32(bytes, 4);
    parameters = new DataChannelParameters(
        new String(bytes, OPEN_FIXED_BYTES, labelBytes, StandardCharsets.UTF_8),
        new String(bytes, OPEN_FIXED_BYTES + labelBytes, protocolBytes, StandardCharsets.UTF_8),
        (type & UNORDERED) == 0,
        kind == LIMITED_LIFETIME ? limit : SendOptions.UNLIMITED,
        kind == LIMITED_RETRANSMITS ? (int) Math.min(Integer.MAX_VALUE, limit) : SendOptions.UNLIMITED,
        Bytes.u16(bytes, 2));
    return null;
  }

  /** What is to be opened; null: an acknowledgement. */
  public DataChannelParameters parameters() {
    return parameters;
  }

  public static byte[] ack() {
    return new byte[] {ACK};
  }

  /** @throws IllegalArgumentException if the names are longer than {@link #MAX_NAME_BYTES} */
  public static byte[] open(DataChannelParameters parameters) {
    byte[] label = parameters.label().getBytes(StandardCharsets.UTF_8);
    byte[] protocol = parameters.protocol().getBytes(StandardCharsets.UTF_8);
    if (label.length + protocol.length > MAX_NAME_BYTES) {
      throw new IllegalArgumentException("label and protocol are longer than " + MAX_NAME_BYTES + " bytes");
    }
    int type = RELIABLE;
    long limit = 0;
    if (parameters.maxRetransmits() != SendOptions.UNLIMITED) {
      type = LIMITED_RETRANSMITS;
      limit = parameters.maxRetransmits();
    } else if (parameters.lifetimeMs() != SendOptions.UNLIMITED) {
      type = LIMITED_LIFETIME;
      limit = parameters.lifetimeMs();
    }
    byte[] bytes = new byte[OPEN_FIXED_BYTES + label.length + protocol.length];
    Bytes.put8(bytes, 0, OPEN);
    Bytes.put8(bytes, 1, type | (parameters.ordered() ? 0 : UNORDERED));
    Bytes.put16(bytes, 2, parameters.priority());
    Bytes.put32(bytes, 4, (int) limit);
    Bytes.put16(bytes, 8, label.length);
    Bytes.put16(bytes, 10, protocol.length);
    System.arraycopy(label, 0, bytes, OPEN_FIXED_BYTES, label.length);
    System.arraycopy(protocol, 0, bytes, OPEN_FIXED_BYTES + label.length, protocol.length);
    return bytes;
  }
}
