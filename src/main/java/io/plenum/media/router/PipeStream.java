package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.stream.Retransmitter;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SendStream;
import io.plenum.media.stream.SendStreamOptions;
import io.plenum.media.stream.SingleStreamSelector;
import io.plenum.media.stream.StreamSelector;
import io.plenum.media.stream.SvcSelector;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import java.util.OptionalInt;

/** One encoding of a producer on a pipe, on the SSRC it has there. */
public final class PipeStream implements OutgoingStream, Retransmitter.Sink {
  /** Hears what the far end asks for. */
  interface Owner {
    void onKeyFrameRequest(PipeStream stream, long nowNs);
  }

  private final Owner owner;
  private final Producer producer;
  private final ProducerStream source;
  private final ConsumerLink link;
  private final SendStream send;
  private final byte[] cname;
  private final FarEndReadiness farEnd = new FarEndReadiness();
  private boolean wanted = true;
  private long nowNs;

  PipeStream(SendStreamOptions options, Owner owner, Producer producer, ProducerStream source, ConsumerLink link,
      byte[] cname) {
    this.owner = owner;
    this.producer = producer;
    this.source = source;
    this.link = link;
    this.cname = cname;
    this.send = new SendStream(options, selector(), source.source());
  }

  private StreamSelector selector() {
    if (!source.plan().video()) {
      return SingleStreamSelector.audio(false);
    }
    // In K-SVC, too, all layers up to the highest wanted one: viewers behind the pipe want different ones.
    return source.plan().spatialLayers() > 1
        ? new SvcSelector(source.plan().spatialLayers(), false)
        : SingleStreamSelector.video();
  }

  int index() {
    return source.index();
  }

  @Override
  public int ssrc() {
    return send.ssrc();
  }

  @Override
  public MediaKind kind() {
    return producer.kind();
  }

  public OptionalInt rtxSsrc() {
    return send.rtxSsrc();
  }

  @Override
  public byte[] cname() {
    return cname;
  }

  void onPacket(RoutedPacket packet, long nowNs) {
    if (!link.isConnected()) {
      return;
    }
    byte[] out = link.outBuffer();
    int length = send.write(packet, 0, out, 0, nowNs);
    if (length == 0) {
      onNotForwarded(nowNs);
      return;
    }
    farEnd.onFed();
    while (length > 0) {
      send.onSent(link.sendPiped(send.written(), out, length, send.repairsAsSent(), nowNs));
      length = send.writeHeld(out, 0, nowNs);
    }
  }

  private void onNotForwarded(long nowNs) {
    if (send.needsKeyFrame(0)) {
      farEnd.onStarved(nowNs);
      requestKeyFrameIfDue(nowNs);
    }
  }

  /** If one is needed, and the far end is ready for it. */
  void requestKeyFrameIfDue(long nowNs) {
    if (farEnd.ready() && send.needsKeyFrame(0)) {
      requestKeyFrame(nowNs);
    }
  }

  void requestKeyFrame(long nowNs) {
    producer.requestKeyFrame(source, nowNs);
  }

  /** Something of it is wanted at the far end. */
  boolean wanted() {
    return wanted;
  }

  /** RTP of it came lately. */
  boolean arrives() {
    return source.active();
  }

  FarEndReadiness farEnd() {
    return farEnd;
  }

  void setTarget(int spatialLayer, int temporalLayer) {
    boolean wantedNow = spatialLayer >= 0;
    if (wanted && !wantedNow) {
      farEnd.onUnwanted();
    }
    wanted = wantedNow;
    // Layers that were not announced come with the highest that was.
    boolean all = temporalLayer >= source.plan().temporalLayers() - 1;
    send.setTarget(spatialLayer, all ? Integer.MAX_VALUE : temporalLayer);
  }

  void restart() {
    send.restart();
  }

  @Override
  public void onNackBegin() {
    send.onNackBegin();
  }

  @Override
  public void onNack(int pid, int blp, long nowNs) {
    this.nowNs = nowNs;
    send.onNack(pid, blp, link.outBuffer(), 0, nowNs, this);
  }

  @Override
  public void sendRetransmission(RoutedPacket packet, byte[] bytes, int offset, int length) {
    if (link.isConnected()) {
      link.sendPiped(packet, bytes, length, false, nowNs);
    }
  }

  @Override
  public boolean sendAsSent(RoutedPacket packet, byte[] bytes, int offset, int length, long form, long sentNs) {
    return link.isConnected() && link.sendPipedAgain(packet, bytes, length, form, nowNs);
  }

  @Override
  public void onKeyFrameRequest(boolean pli, long nowNs) {
    if (pli) {
      send.onPli();
    } else {
      send.onFir();
    }
    owner.onKeyFrameRequest(this, nowNs);
  }

  @Override
  public void onReportBlock(ReportBlock block, long nowNs) {
    send.onReportBlock(block, nowNs);
  }

  @Override
  public boolean fillSenderInfo(SenderInfo info, long nowNs) {
    return !producer.paused() && send.fillSenderInfo(info, nowNs, producer.ntpTime(nowNs));
  }

  long bitsPerSecond(long nowNs) {
    return send.bitsPerSecond(nowNs);
  }

  void dump(Dump out) {
    out.value("ssrc", Integer.toUnsignedLong(ssrc()))
        .value("source", Integer.toUnsignedLong(source.ssrc()))
        .value("forwarding", send.currentStream() == 0)
        .value("farEndReady", farEnd.ready())
        .value("temporalLayer", send.currentTemporalLayer())
        .value("score", send.score());
  }
}
