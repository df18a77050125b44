package io.plenum.media.transport;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * How much of a reliable data producer may be on its way to the far router and wait there: SCTP's window is the whole
 * association's, and one slow consumer there must not hold up all that crosses. The far end answers on the same stream with
 * the position (32 bits) up to which its router has handed on; an empty message says that it listens from now on.
 */
final class PipeStreamCredit {
  /** Four of the longest messages: 50 MB/s over 20 ms. */
  static final int WINDOW_BYTES = 1_048_576;
  /** The far end answers so often: then whoever has been handed on everything finds room for the longest message. */
  static final int STEP_BYTES = WINDOW_BYTES / 4;

  private int position;
  private int handedOn;
  private boolean listening;

  /** The position after a message of so many bytes. */
  int after(int bytes) {
    return position + bytes;
  }

  void onSent(int newPosition) {
    position = newPosition;
  }

  /** While nobody has said that he listens nobody is waited for: what goes now is heard by none. */
  boolean admits(int bytes) {
    return !listening || Integer.toUnsignedLong(position - handedOn) + bytes <= WINDOW_BYTES;
  }

  /** The far end has handed on all but what it need not have said yet. */
  boolean isDrained() {
    return Integer.toUnsignedLong(position - handedOn) < STEP_BYTES;
  }

  /** What the far end says; null if it makes sense. */
  Malformed onAnswer(byte[] content) {
    if (content.length == 0) {
      listening = true;
      handedOn = position;
      return null;
    }
    if (content.length != 4) {
      return Malformed.WRONG_LENGTH;
    }
    int to = Bytes.i32(content, 0);
    if (Integer.toUnsignedLong(to - handedOn) > Integer.toUnsignedLong(position - handedOn)) {
      return Malformed.WRONG_VALUE;
    }
    listening = true;
    handedOn = to;
    return null;
  }
}
