package io.plenum.media.transport;

import io.plenum.media.router.Subchannels;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A message as it crosses from router to router: what the application sent, and before it whom it is for and how far the
 * stream is. Only our own nodes speak it. Whether it is text, the payload protocol identifier says.
 *
 * <pre>
 *  flags (8)       1 listed, 2 required, 4 ignored; others are 0
 *  position (32)   bytes of content sent on the stream up to and with this message, modulo 2^32
 *  count (16) and that many subchannels (16 each), if listed; required (16), if so; ignored (16), if so
 *  content
 * </pre>
 */
final class PipedMessage {
  /** The most that stands before the content. */
  static final int MAX_HEADER_BYTES = 1 + 4 + 2 + 2 * Subchannels.MAX_SUBCHANNELS + 2 + 2;

  private static final int LISTED = 1;
  private static final int REQUIRED = 2;
  private static final int IGNORED = 4;
  private static final int FIXED_BYTES = 5;

  private Subchannels audience;
  private int position;
  private byte[] content;

  static byte[] write(Subchannels audience, int position, byte[] content) {
    Set<Integer> listed = audience.listed();
    int headerBytes = FIXED_BYTES + (listed.isEmpty() ? 0 : 2 + 2 * listed.size())
        + (audience.required() == null ? 0 : 2) + (audience.ignored() == null ? 0 : 2);
    byte[] bytes = new byte[headerBytes + content.length];
    int flags = 0;
    int at = FIXED_BYTES;
    if (!listed.isEmpty()) {
      flags |= LISTED;
      Bytes.put16(bytes, at, listed.size());
      at += 2;
      for (int subchannel : listed) {
        Bytes.put16(bytes, at, subchannel);
        at += 2;
      }
    }
    if (audience.required() != null) {
      flags |= REQUIRED;
      Bytes.put16(bytes, at, audience.required());
      at += 2;
    }
    if (audience.ignored() != null) {
      flags |= IGNORED;
      Bytes.put16(bytes, at, audience.ignored());
      at += 2;
    }
    Bytes.put8(bytes, 0, flags);
    Bytes.put32(bytes, 1, position);
    System.arraycopy(content, 0, bytes, at, content.length);
    return bytes;
  }

  /** Null if it is one: then the fields say what. */
  Malformed parse(byte[] bytes) {
    if (bytes.length < FIXED_BYTES) {
      return Malformed.TOO_SHORT;
    }
    int flags = Bytes.u8(bytes, 0);
    if ((flags & ~(LISTED | REQUIRED | IGNORED)) != 0) {
      return Malformed.WRONG_VALUE;
    }
    int at = FIXED_BYTES;
    int count = 0;
    if ((flags & LISTED) != 0) {
      if (bytes.length < at + 2) {
        return Malformed.TOO_SHORT;
      }
      count = Bytes.u16(bytes, at);
      at += 2;
      if (count > Subchannels.MAX_SUBCHANNELS) {
        return Malformed.TOO_MANY;
      }
    }
    int rest = 2 * count + ((flags & REQUIRED) == 0 ? 0 : 2) + ((flags & IGNORED) == 0 ? 0 : 2);
    if (bytes.length < at + rest) {
      return Malformed.TOO_SHORT;
    }
    Set<Integer> listed = count == 0 ? Set.of() : new LinkedHashSet<>();
    for (int i = 0; i < count; i++) {
      listed.add(Bytes.u16(bytes, at));
      at += 2;
    }
    Integer required = null;
    if ((flags & REQUIRED) != 0) {
      required = Bytes.u16(bytes, at);
      at += 2;
    }
    Integer ignored = null;
    if ((flags & IGNORED) != 0) {
      ignored = Bytes.u16(bytes, at);
      at += 2;
    }
    audience = flags == 0 ? Subchannels.EVERYBODY : new Subchannels(listed, required, ignored);
    position = Bytes.i32(bytes, 1);
    content = Arrays.copyOfRange(bytes, at, bytes.length);
    return null;
  }

  Subchannels audience() {
    return audience;
  }

  int position() {
    return position;
  }

  byte[] content() {
    return content;
  }
}
