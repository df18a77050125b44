package io.plenum.protocol.sctp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Writes down what an association tells. Packets go where {@link #wire} says. */
final class RecordingSctpSink implements SctpAssociation.Sink {
  final List<SctpMessage> messages = new ArrayList<>();
  final List<SctpState> states = new ArrayList<>();
  final List<Integer> low = new ArrayList<>();
  final List<Integer> incomingResets = new ArrayList<>();
  final List<Integer> outgoingResets = new ArrayList<>();
  /** All that was told, in its order, in words. */
  final List<String> told = new ArrayList<>();
  String lastReason = "";
  int restarts;
  /** False: messages are only counted, by the association. */
  boolean keepMessages = true;
  int packets;
  long packetBytes;
  Consumer<byte[]> wire = packet -> { };
  Consumer<SctpMessage> onMessage = message -> { };
  Runnable onLow = () -> { };

  @Override
  public void sendPacket(byte[] bytes, int offset, int length) {
    packets++;
    packetBytes += length;
    wire.accept(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void onStateChanged(SctpState before, SctpState now, String reason, long nowNs) {
    states.add(now);
    told.add(now.label());
    lastReason = reason;
  }

  @Override
  public void onMessage(SctpMessage message, long nowNs) {
    if (keepMessages) {
      messages.add(message);
      told.add("message " + message.streamId());
    }
    onMessage.accept(message);
  }

  @Override
  public void onBufferedAmountLow(int streamId, long nowNs) {
    low.add(streamId);
    onLow.run();
  }

  @Override
  public void onIncomingStreamsReset(int[] streamIds, long nowNs) {
    for (int streamId : streamIds) {
      incomingResets.add(streamId);
      told.add("reset " + streamId);
    }
  }

  @Override
  public void onOutgoingStreamsReset(int[] streamIds, boolean performed, long nowNs) {
    for (int streamId : streamIds) {
      outgoingResets.add(performed ? streamId : -1 - streamId);
    }
  }

  @Override
  public void onPeerRestarted(long nowNs) {
    restarts++;
  }
}
