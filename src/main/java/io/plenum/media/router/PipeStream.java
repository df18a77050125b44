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
  private final Producer producer;
  private final ProducerStream source;
  private final ConsumerLink link;
  private final SendStream send;
  private final byte[] cname;
  private long nowNs;

  PipeStream(SendStreamOptions options, Producer producer, ProducerStream source, ConsumerLink link, byte[] cname) {
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
      requestKeyFrameIfNeeded(nowNs);
      return;
    }
    while (length > 0) {
      link.sendPiped(send.written(), out, length, nowNs);
      length = send.writeHeld(out, 0, nowNs);
    }
  }

  void requestKeyFrameIfNeeded(long nowNs) {
    if (send.needsKeyFrame(0)) {
      producer.requestKeyFrame(source, nowNs);
    }
  }

  void setTarget(int spatialLayer, int temporalLayer) {
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
      link.sendPiped(packet, bytes, length, nowNs);
    }
  }

  /** Only this encoding's publisher stream is asked, not all of the producer's. */
  @Override
  public void onKeyFrameRequest(boolean pli, long nowNs) {
    if (pli) {
      send.onPli();
    } else {
      send.onFir();
    }
    producer.requestKeyFrame(source, nowNs);
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
        .value("temporalLayer", send.currentTemporalLayer())
        .value("score", send.score());
  }
}
