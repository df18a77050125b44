package io.plenum.protocol.sctp.dcep;

import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpMessage;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.SendOptions;
import io.plenum.protocol.sctp.SendResult;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The data channels of one association (RFC 8831): opened in band by either side, or known to both from signalling
 * ({@link #openNegotiated}, as mediasoup's clients do). Belongs to its association's event loop; its owner drives the
 * association through {@link #association}, and may send from inside a call of the {@link Sink}.
 */
public final class DataChannels {
  /** Where effects go; those of the association that are not about channels too. */
  public interface Sink {
    /** One packet for the peer. The bytes belong to the sink during the call only, and it does not call back. */
    void sendPacket(byte[] bytes, int offset, int length);

    /** @param reason one sentence for people; empty if the state says it all */
    void onSctpStateChanged(SctpState before, SctpState now, String reason);

    /** A channel's state has changed; one that the peer has opened is told for the first time as open. */
    void onChannelState(DataChannel channel, DataChannelState state);

    /**
     * A message of an application.
     *
     * @param content in an array of its own, perhaps empty
     */
    void onMessage(DataChannel channel, boolean text, byte[] content);

    /** What waits on the channel has sunk to its threshold. */
    void onBufferedAmountLow(DataChannel channel);
  }

  /** Channels that a peer may open in band and leave open. Applications that need more multiplex themselves. */
  public static final int MAX_CHANNELS_OF_PEER = 1_024;

  private final SctpAssociation association;
  private final Sink sink;
  private final TreeMap<Integer, DataChannel> channels = new TreeMap<>();
  private final long[] drops = new long[DataChannelDrop.values().length];
  private final DcepMessage dcep = new DcepMessage();
  private boolean dtlsClient;
  private int channelsOfPeer;

  /** @param make makes the association for the sink it is given */
  public DataChannels(Function<SctpAssociation.Sink, SctpAssociation> make, Sink sink) {
    this.sink = sink;
    this.association = make.apply(new AssociationEvents());
  }

  /** To be driven: packets, time, {@code connect}, {@code shutdown}, {@code abort}. */
  public SctpAssociation association() {
    return association;
  }

  /** Which numbers are ours to give: the DTLS client's are even (RFC 8832 §6). To be said before {@link #open}. */
  public void setDtlsClient(boolean dtlsClient) {
    this.dtlsClient = dtlsClient;
  }

  /**
   * Opens a channel in band.
   *
   * @return null if all numbers are taken
   */
  public DataChannel open(DataChannelParameters parameters, long nowNs) {
    int streamId = dtlsClient ? 0 : 1;
    while (channels.containsKey(streamId)) {
      streamId += 2;
    }
    byte[] opening = DcepMessage.open(parameters);
    if (association.send(streamId, PayloadProtocol.DCEP, opening, SendOptions.RELIABLE, nowNs) != SendResult.QUEUED) {
      return null;
    }
    DataChannel channel = new DataChannel(streamId, parameters, false);
    channel.awaitsAck = true;
    channels.put(streamId, channel);
    return channel;
  }

  /**
   * A channel that the peer knows from signalling. It is open as soon as the association is.
   *
   * @return null if the number is taken
   */
  public DataChannel openNegotiated(int streamId, DataChannelParameters parameters) {
    if (channels.containsKey(streamId) || streamId < 0 || streamId >= association.outgoingStreams()) {
      return null;
    }
    DataChannel channel = new DataChannel(streamId, parameters, false);
    channels.put(streamId, channel);
    if (association.state().isOpen()) {
      become(channel, DataChannelState.OPEN);
    }
    return channel;
  }

  /**
   * Queues a message of an application.
   *
   * @param content not copied: it must not change any more; may be empty
   */
  public SendResult send(DataChannel channel, boolean text, byte[] content, long nowNs) {
    if (channel.state() == DataChannelState.CLOSING || channel.state() == DataChannelState.CLOSED) {
      return SendResult.STREAM_CLOSING;
    }
    SendOptions options = channel.parameters().sendOptions();
    if (channel.awaitsAck && options.unordered()) {
      options = new SendOptions(false, options.lifetimeNs(), options.maxRetransmits());
    }
    return association.send(channel.streamId(), PayloadProtocol.of(text, content.length),
        PayloadProtocol.payload(content), options, nowNs);
  }

  /** Payload that waits on the channel, in bytes. */
  public long bufferedAmount(DataChannel channel) {
    return association.bufferedAmount(channel.streamId());
  }

  public void setBufferedAmountLowThreshold(DataChannel channel, long bytes) {
    association.setBufferedAmountLowThreshold(channel.streamId(), bytes);
  }

  /** What waits on it still goes; then its streams are reset, and its number is free (RFC 8831 §6.7). */
  public void close(DataChannel channel, long nowNs) {
    if (!become(channel, DataChannelState.CLOSING)) {
      return;
    }
    // Before there is a peer, its extensions are not known: openWaiting() looks again.
    boolean mayReset = association.canResetStreams() || association.isOpening();
    if (mayReset) {
      association.resetStreams(new int[] {channel.streamId()}, nowNs);
    } else {
      closed(channel);
    }
  }

  /** Those not closed, by number. */
  public Collection<DataChannel> channels() {
    return Collections.unmodifiableCollection(channels.values());
  }

  /** Null if there is none. */
  public DataChannel channel(int streamId) {
    return channels.get(streamId);
  }

  /** Messages that were dropped for this reason. */
  public long drops(DataChannelDrop reason) {
    return drops[reason.ordinal()];
  }

  private void drop(DataChannelDrop reason) {
    drops[reason.ordinal()]++;
  }

  private boolean become(DataChannel channel, DataChannelState next) {
    boolean changed = channel.become(next);
    if (changed) {
      sink.onChannelState(channel, next);
    }
    return changed;
  }

  private void closed(DataChannel channel) {
    channels.remove(channel.streamId());
    if (channel.openedByPeer()) {
      channelsOfPeer--;
    }
    become(channel, DataChannelState.CLOSED);
  }

  private final class AssociationEvents implements SctpAssociation.Sink {
    @Override
    public void sendPacket(byte[] bytes, int offset, int length) {
      sink.sendPacket(bytes, offset, length);
    }

    @Override
    public void onStateChanged(SctpState before, SctpState now, String reason, long nowNs) {
      sink.onSctpStateChanged(before, now, reason);
      if (now == SctpState.ESTABLISHED) {
        openWaiting();
      } else if (now == SctpState.ENDED) {
        List.copyOf(channels.values()).forEach(DataChannels.this::closed);
      }
    }

    /** The peer may allow fewer streams than were opened before it had said so. */
    private void openWaiting() {
      for (DataChannel channel : List.copyOf(channels.values())) {
        boolean unresettable = channel.state() == DataChannelState.CLOSING && !association.canResetStreams();
        if (channel.streamId() >= association.outgoingStreams() || unresettable) {
          closed(channel);
        } else if (!channel.awaitsAck && channel.state() == DataChannelState.CONNECTING) {
          become(channel, DataChannelState.OPEN);
        }
      }
    }

    @Override
    public void onMessage(SctpMessage message, long nowNs) {
      DataChannel channel = channels.get(message.streamId());
      int payloadProtocolId = message.payloadProtocolId();
      if (payloadProtocolId == PayloadProtocol.DCEP) {
        onDcep(message, channel, nowNs);
      } else if (channel == null) {
        drop(DataChannelDrop.UNKNOWN_CHANNEL);
      } else if (!PayloadProtocol.isUserMessage(payloadProtocolId)) {
        drop(DataChannelDrop.UNKNOWN_PAYLOAD_PROTOCOL);
      } else {
        sink.onMessage(channel, PayloadProtocol.isText(payloadProtocolId),
            PayloadProtocol.content(payloadProtocolId, message.payload()));
      }
    }

    private void onDcep(SctpMessage message, DataChannel channel, long nowNs) {
      if (dcep.parse(message.payload()) != null) {
        drop(DataChannelDrop.MALFORMED_DCEP);
        refuse(message.streamId(), channel, nowNs);
      } else if (dcep.parameters() == null) {
        onAck(channel);
      } else {
        onOpen(message.streamId(), channel, nowNs);
      }
    }

    private void onAck(DataChannel channel) {
      if (channel == null || !channel.awaitsAck) {
        drop(DataChannelDrop.UNKNOWN_CHANNEL);
        return;
      }
      channel.awaitsAck = false;
      become(channel, DataChannelState.OPEN);
    }

    private void onOpen(int streamId, DataChannel present, long nowNs) {
      boolean ours = streamId % 2 == (dtlsClient ? 0 : 1);
      if (present != null || ours) {
        drop(DataChannelDrop.CONFLICTING_OPEN);
        refuse(streamId, present, nowNs);
        return;
      }
      if (channelsOfPeer == MAX_CHANNELS_OF_PEER) {
        drop(DataChannelDrop.TOO_MANY_CHANNELS);
        refuse(streamId, null, nowNs);
        return;
      }
      SendResult answered =
          association.send(streamId, PayloadProtocol.DCEP, DcepMessage.ack(), SendOptions.RELIABLE, nowNs);
      if (answered != SendResult.QUEUED) {
        drop(DataChannelDrop.CONFLICTING_OPEN);
        return;
      }
      channelsOfPeer++;
      DataChannel channel = new DataChannel(streamId, dcep.parameters(), true);
      channels.put(streamId, channel);
      become(channel, DataChannelState.OPEN);
    }

    /** Closes what the peer believes to have opened (RFC 8832 §6); a channel that is there stays. */
    private void refuse(int streamId, DataChannel present, long nowNs) {
      if (present == null && streamId < association.outgoingStreams() && association.canResetStreams()) {
        association.resetStreams(new int[] {streamId}, nowNs);
      }
    }

    @Override
    public void onBufferedAmountLow(int streamId, long nowNs) {
      DataChannel channel = channels.get(streamId);
      if (channel != null) {
        sink.onBufferedAmountLow(channel);
      }
    }

    @Override
    public void onIncomingStreamsReset(int[] streamIds, long nowNs) {
      if (streamIds.length == 0) {
        List.copyOf(channels.values()).forEach(channel -> onRemoteReset(channel, nowNs));
      }
      for (int streamId : streamIds) {
        DataChannel channel = channels.get(streamId);
        if (channel != null) {
          onRemoteReset(channel, nowNs);
        }
      }
    }

    /** The peer closes: we answer by resetting our stream, if we have not yet. */
    private void onRemoteReset(DataChannel channel, long nowNs) {
      channel.remoteReset = true;
      if (channel.localReset) {
        closed(channel);
      } else if (channel.state() != DataChannelState.CLOSING) {
        close(channel, nowNs);
      }
    }

    @Override
    public void onOutgoingStreamsReset(int[] streamIds, boolean performed, long nowNs) {
      for (int streamId : streamIds) {
        DataChannel channel = channels.get(streamId);
        if (channel != null && channel.state() == DataChannelState.CLOSING) {
          channel.localReset = true;
          // A peer that refuses will not reset its own either.
          if (channel.remoteReset || !performed) {
            closed(channel);
          }
        }
      }
    }

    @Override
    public void onPeerRestarted(long nowNs) {
      // Its channels are gone; what signalling knows will be opened again by signalling.
      List.copyOf(channels.values()).forEach(DataChannels.this::closed);
    }
  }
}
