package io.plenum.client;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.sctp.SctpAssociation;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.sctp.SctpState;
import io.plenum.protocol.sctp.dcep.DataChannel;
import io.plenum.protocol.sctp.dcep.DataChannelState;
import io.plenum.protocol.sctp.dcep.DataChannels;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** One transport of a client with data channels: SCTP over the DTLS of a {@link MediaTransport}. On the clients' loop. */
final class DataLane implements MediaTransport.Receiver, DataChannels.Sink {
  /** Takes what came through. */
  interface Receiver {
    void onMessage(DataChannel channel, boolean text, byte[] content);

    void onChannelClosed(DataChannel channel);
  }

  private static final int TICK_MS = 10;

  private final MediaTransport transport;
  private final DataChannels channels;
  private final Receiver receiver;
  private final ScheduledFuture<?> timer;

  /** @param description the server's answer to createWebRtcTransport */
  DataLane(ClientLoop loop, JsonNode description, Receiver receiver) {
    this.receiver = receiver;
    this.transport = new MediaTransport(loop, description, this);
    this.channels = new DataChannels(sink -> new SctpAssociation(SctpOptions.ofDataChannels(), loop.random, sink), this);
    channels.setDtlsClient(true);
    this.timer = loop.executor.scheduleWithFixedDelay(this::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    long nowNs = System.nanoTime();
    if (channels.association().nextDeadlineNs() <= nowNs) {
      channels.association().onTimeout(nowNs);
    }
  }

  /** Completes when DTLS is there; SCTP begins then. */
  CompletableFuture<Void> connect() {
    return transport.connect().thenRun(() -> channels.association().connect(System.nanoTime()));
  }

  MediaTransport transport() {
    return transport;
  }

  DataChannels channels() {
    return channels;
  }

  void close() {
    timer.cancel(false);
    transport.close();
  }

  @Override
  public void onData(byte[] bytes, int offset, int length, long nowNs) {
    channels.association().onPacket(bytes, offset, length, nowNs);
  }

  @Override
  public void sendPacket(byte[] bytes, int offset, int length) {
    transport.sendData(bytes, offset, length);
  }

  @Override
  public void onSctpStateChanged(SctpState before, SctpState now, String reason) {
    // Its channels tell.
  }

  @Override
  public void onChannelState(DataChannel channel, DataChannelState state) {
    if (state == DataChannelState.CLOSED) {
      receiver.onChannelClosed(channel);
    }
  }

  @Override
  public void onMessage(DataChannel channel, boolean text, byte[] content) {
    receiver.onMessage(channel, text, content);
  }

  @Override
  public void onBufferedAmountLow(DataChannel channel) {
    // Nobody waits for it.
  }

  @Override
  public void onRtp(RtpPacket packet, long nowNs) {
    // No media.
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    // No media.
  }

  @Override
  public void onSenderReport(SenderInfo info) {
    // No media.
  }
}
