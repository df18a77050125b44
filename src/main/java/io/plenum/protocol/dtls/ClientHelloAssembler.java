package io.plenum.protocol.dtls;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Reassembly of the ClientHello that begins a handshake (RFC 6347 §4.2.3), before the DTLS library sees any of it.
 * Anyone who can write the client's address can send a fragment. The library would take the first one's length as that
 * of the message, ignore the real fragments, and end the association on a message that it cannot parse.
 *
 * <p>Fragments are kept apart by the length of their message, and of the same place in it the newest counts: a client
 * repeats its hello as a whole, so that it repairs whatever was put between.
 */
public final class ClientHelloAssembler {
  /** A post-quantum ClientHello has 1.5 KB. */
  public static final int MAX_MESSAGE_BYTES = 4000;

  /** Lengths of message that are assembled at the same time; the oldest makes room. */
  static final int MAX_MESSAGES = 4;

  private static final int CLIENT_HELLO = 1;
  private static final int RECORD_AND_MESSAGE_HEADER_BYTES = 25;

  private final ArrayDeque<Message> messages = new ArrayDeque<>(MAX_MESSAGES);
  private byte[] record;

  /** One message of which some bytes have come. */
  private static final class Message {
    final byte[] bytes;
    final BitSet present;

    Message(int length) {
      bytes = new byte[length];
      present = new BitSet(length);
    }

    boolean isWhole() {
      return present.cardinality() == bytes.length;
    }
  }

  /**
   * Takes the record that {@code records} stands at, which {@link DtlsRecords#handshakeDrop()} has found good.
   *
   * @return why it was dropped, or null: it was kept, or completed a hello, which {@link #takeRecord()} then returns
   */
  public DtlsDrop onRecord(DtlsRecords records, byte[] datagram) {
    if (!records.isClientHello() || !records.nextMessage() || records.messageSequence() != 0) {
      return DtlsDrop.NO_CLIENT_HELLO;
    }
    int length = records.messageLength();
    if (length > MAX_MESSAGE_BYTES) {
      return DtlsDrop.HANDSHAKE_MESSAGE_TOO_LONG;
    }
    if (length < ClientHello.MIN_BYTES || records.partLength() == 0) {
      return DtlsDrop.UNUSABLE_CLIENT_HELLO;
    }
    Message message = message(length);
    System.arraycopy(datagram, records.partBytesOffset(), message.bytes, records.partOffset(), records.partLength());
    message.present.set(records.partOffset(), records.partOffset() + records.partLength());
    if (!message.isWhole()) {
      return null;
    }
    if (!ClientHello.isUsable(message.bytes)) {
      messages.remove(message);
      return DtlsDrop.UNUSABLE_CLIENT_HELLO;
    }
    record = record(message.bytes, datagram, records.recordOffset());
    messages.clear();
    return null;
  }

  /** The whole hello in one record, once; null if none is complete. */
  public byte[] takeRecord() {
    byte[] taken = record;
    record = null;
    return taken;
  }

  private Message message(int length) {
    for (Message message : messages) {
      if (message.bytes.length == length) {
        return message;
      }
    }
    if (messages.size() == MAX_MESSAGES) {
      messages.removeFirst();
    }
    Message message = new Message(length);
    messages.add(message);
    return message;
  }

  /** Type, version and number are those of the record that completed the hello. */
  private static byte[] record(byte[] message, byte[] datagram, int recordOffset) {
    byte[] record = Arrays.copyOf(Arrays.copyOfRange(datagram, recordOffset, recordOffset + 11),
        RECORD_AND_MESSAGE_HEADER_BYTES + message.length);
    int fragment = message.length + 12;
    record[11] = (byte) (fragment >> 8);
    record[12] = (byte) fragment;
    record[13] = CLIENT_HELLO;
    for (int length : new int[] {14, 22}) {
      record[length + 1] = (byte) (message.length >> 8);
      record[length + 2] = (byte) message.length;
    }
    System.arraycopy(message, 0, record, RECORD_AND_MESSAGE_HEADER_BYTES, message.length);
    return record;
  }
}
