package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.FragmentRuns.Run;
import io.plenum.protocol.sctp.packet.DataChunk;
import io.plenum.protocol.sctp.packet.ForwardTsnChunk;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Streams of I-DATA (RFC 8260 §2): messages have identifiers and fragments numbers, so that fragments of several messages
 * may come in between each other. Ordered and unordered messages of a stream are numbered apart.
 */
final class InterleavedStreams implements ReassemblyStreams {
  private static final class Stream {
    private final OrderedMessages ordered;
    /** Those not whole, by identifier; null while there are none. */
    private TreeMap<Long, FragmentRuns> unordered;
    /** The highest unordered identifier seen: what the next ones are unwrapped against. */
    private long unorderedReference;

    Stream(int streamId, Owner owner) {
      ordered = new OrderedMessages(streamId, owner);
    }
  }

  private final Owner owner;
  private final Map<Integer, Stream> streams = new HashMap<>();

  InterleavedStreams(Owner owner) {
    this.owner = owner;
  }

  private Stream stream(int streamId) {
    return streams.computeIfAbsent(streamId, id -> new Stream(id, owner));
  }

  @Override
  public void onData(long tsn, DataChunk chunk) {
    Stream stream = stream(chunk.streamId());
    long fragmentNumber = Integer.toUnsignedLong(chunk.fragmentNumber());
    if (chunk.unordered()) {
      onUnordered(stream, chunk, fragmentNumber);
    } else {
      long number = SerialNumber.unwrap32(chunk.messageNumber(), stream.ordered.next());
      stream.ordered.add(number, fragmentNumber, Fragment.of(chunk));
    }
  }

  private void onUnordered(Stream stream, DataChunk chunk, long fragmentNumber) {
    long number = SerialNumber.unwrap32(chunk.messageNumber(), stream.unorderedReference);
    stream.unorderedReference = Math.max(stream.unorderedReference, number);
    Fragment fragment = Fragment.of(chunk);
    if (fragment.begin() && fragment.end()) {
      owner.deliver(new SctpMessage(chunk.streamId(), fragment.payloadProtocolId(), fragment.payload()));
      return;
    }
    if (stream.unordered == null) {
      stream.unordered = new TreeMap<>();
    }
    FragmentRuns fragments = stream.unordered.computeIfAbsent(number, n -> new FragmentRuns());
    Run run = fragments.add(fragmentNumber, fragment);
    if (run == null) {
      return;
    }
    owner.onWaiting(fragment.cost());
    if (run.payloadBytes() > owner.maxMessageBytes()) {
      owner.onTooLong();
    } else if (run.isWhole()) {
      stream.unordered.remove(number);
      owner.onWaiting(-fragments.cost());
      owner.deliver(run.join(chunk.streamId()));
    }
  }

  @Override
  public void onForwardTsn(long newCumulativeTsn, ForwardTsnChunk chunk) {
    for (int i = 0; i < chunk.skippedStreams(); i++) {
      if (!owner.isStream(chunk.streamId(i))) {
        continue;
      }
      Stream stream = stream(chunk.streamId(i));
      if (chunk.unordered(i)) {
        long number = SerialNumber.unwrap32(chunk.messageNumber(i), stream.unorderedReference);
        stream.unorderedReference = Math.max(stream.unorderedReference, number);
        dropUnordered(stream, number);
      } else {
        stream.ordered.skipTo(SerialNumber.unwrap32(chunk.messageNumber(i), stream.ordered.next()));
      }
    }
  }

  private void dropUnordered(Stream stream, long upTo) {
    while (stream.unordered != null && !stream.unordered.isEmpty() && stream.unordered.firstKey() <= upTo) {
      owner.onWaiting(-stream.unordered.pollFirstEntry().getValue().cost());
    }
  }

  @Override
  public void reset(int streamId) {
    Stream stream = streams.remove(streamId);
    if (stream != null) {
      stream.ordered.reset();
      dropUnordered(stream, Long.MAX_VALUE);
    }
  }

  @Override
  public void resetAll() {
    for (Integer streamId : streams.keySet().toArray(Integer[]::new)) {
      reset(streamId);
    }
  }
}
