package io.plenum.simulation;

import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelState;
import io.plenum.protocol.sctp.dcep.DataChannels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** A simulated client's data channels; what came is kept. */
public final class SimulatedData implements DataChannels.Sink {
  /** What carries the packets. */
  public interface Lower {
    boolean send(byte[] bytes, int offset, int length);
  }

  /** A message that came. */
  public record Received(boolean text, byte[] content) {}

  private final DataChannels channels;
  private final Lower lower;
  public final Map<Integer, List<Received>> received = new LinkedHashMap<>();
  public final List<String> states = new ArrayList<>();

  SimulatedData(RandomGenerator random, Lower lower) {
    this.lower = lower;
    this.channels = new DataChannels(
        sink -> new SctpAssociation(SctpOptions.ofDataChannels(), random, sink), this);
    channels.setDtlsClient(true);
  }

  public DataChannels channels() {
    return channels;
  }

  /** What came on that stream so far. */
  public List<Received> received(int streamId) {
    return received.getOrDefault(streamId, List.of());
  }

  @Override
  public void sendPacket(byte[] bytes, int offset, int length) {
    lower.send(bytes, offset, length);
  }

  @Override
  public void onSctpStateChanged(SctpState before, SctpState now, String reason) {
    states.add("sctp " + now.label());
  }

  @Override
  public void onChannelState(DataChannel channel, DataChannelState state) {
    states.add(channel.streamId() + " " + state.label());
  }

  @Override
  public void onMessage(DataChannel channel, boolean text, byte[] content) {
    received.computeIfAbsent(channel.streamId(), id -> new ArrayList<>()).add(new Received(text, content));
  }

  @Override
  public void onBufferedAmountLow(DataChannel channel) {}
}
