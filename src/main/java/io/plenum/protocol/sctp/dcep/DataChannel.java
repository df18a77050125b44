package io.plenum.protocol.sctp.dcep;

/** One channel: a stream in each direction with the same number. */
public final class DataChannel {
  private final int streamId;
  private final DataChannelParameters parameters;
  private final boolean openedByPeer;
  private DataChannelState state = DataChannelState.CONNECTING;
  /** Our own opening is on its way: until its acknowledgement messages must not overtake it (RFC 8832 §6). */
  boolean awaitsAck;
  boolean localReset;
  boolean remoteReset;

  DataChannel(int streamId, DataChannelParameters parameters, boolean openedByPeer) {
    this.streamId = streamId;
    this.parameters = parameters;
    this.openedByPeer = openedByPeer;
  }

  public int streamId() {
    return streamId;
  }

  public DataChannelParameters parameters() {
    return parameters;
  }

  public DataChannelState state() {
    return state;
  }

  boolean openedByPeer() {
    return openedByPeer;
  }

  /** False if it was there already. */
  boolean become(DataChannelState next) {
    if (state == next || !state.next().contains(next)) {
      return false;
    }
    state = next;
    return true;
  }
}
