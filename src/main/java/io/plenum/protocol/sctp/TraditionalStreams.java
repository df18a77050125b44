package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.FragmentRuns.Run;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import java.util.HashMap;
import java.util.Map;

/**
 * Streams of DATA (RFC 9260 §6.5, §6.6, §6.9): the fragments of a message have TSNs in a row; ordered messages are
 * numbered by stream, unordered ones not at all.
 */
final class TraditionalStreams implements ReassemblyStreams {
  private final Owner owner;
  private final Map<Integer, OrderedMessages> ordered = new HashMap<>();
  /** By stream; only while a message is not whole. */
  private final Map<Integer, FragmentRuns> unordered = new HashMap<>();

  TraditionalStreams(Owner owner) {
    this.owner = owner;
  }

  private OrderedMessages ordered(int streamId) {
    return ordered.computeIfAbsent(streamId, id -> new OrderedMessages(id, owner));
  }

  @Override
  public void onData(long tsn, DataChunk chunk) {
    if (chunk.unordered()) {
      onUnordered(tsn, chunk.streamId(), Fragment.of(chunk));
    } else {
      OrderedMessages stream = ordered(chunk.streamId());
      stream.add(SerialNumber.unwrap16(chunk.messageNumber(), stream.next()), tsn, Fragment.of(chunk));
    }
  }

  private void onUnordered(long tsn, int streamId, Fragment fragment) {
    if (fragment.begin() && fragment.end()) {
      owner.deliver(new SctpMessage(streamId, fragment.payloadProtocolId(), fragment.payload()));
      return;
    }
    FragmentRuns runs = unordered.computeIfAbsent(streamId, id -> new FragmentRuns());
    Run run = runs.add(tsn, fragment);
    if (run == null) {
      return;
    }
    owner.onWaiting(fragment.cost());
    if (run.payloadBytes() > owner.maxMessageBytes()) {
      owner.onTooLong();
    } else if (run.isWhole()) {
      runs.remove(run);
      if (runs.isEmpty()) {
        unordered.remove(streamId);
      }
      owner.onWaiting(-run.cost());
      owner.deliver(run.join(streamId));
    }
  }

  @Override
  public void onForwardTsn(long newCumulativeTsn, ForwardTsnChunk chunk) {
    for (FragmentRuns runs : unordered.values()) {
      owner.onWaiting(-runs.removeUpTo(newCumulativeTsn));
    }
    unordered.values().removeIf(FragmentRuns::isEmpty);
    for (int i = 0; i < chunk.skippedStreams(); i++) {
      if (!owner.isStream(chunk.streamId(i))) {
        continue;
      }
      OrderedMessages stream = ordered(chunk.streamId(i));
      stream.skipTo(SerialNumber.unwrap16(chunk.messageNumber(i), stream.next()));
    }
  }

  @Override
  public void reset(int streamId) {
    OrderedMessages stream = ordered.get(streamId);
    if (stream != null) {
      stream.reset();
      ordered.remove(streamId);
    }
    FragmentRuns runs = unordered.remove(streamId);
    if (runs != null) {
      owner.onWaiting(-runs.cost());
    }
  }

  @Override
  public void resetAll() {
    ordered.values().forEach(OrderedMessages::reset);
    ordered.clear();
    unordered.values().forEach(runs -> owner.onWaiting(-runs.cost()));
    unordered.clear();
  }
}
