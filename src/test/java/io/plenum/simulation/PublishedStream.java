package io.plenum.simulation;

import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.AbsSendTime;
import io.plenum.protocol.rtp.RtpHeaderWriter;
import io.plenum.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One SSRC that a simulated peer sends, with its RTX: packets, answers to NACK, sender reports. */
public final class PublishedStream {
  private static final int KEPT_PACKETS = 4_000;

  private record Kept(byte[] payload, boolean marker, long timestamp, int headerLength, byte[] packet) {}

  private final SimulatedPeer peer;
  private final String mid;
  private final String rid;
  private final int payloadType;
  private final int clockRate;
  private final RtpHeaderWriter header = new RtpHeaderWriter();
  private final Map<Integer, Kept> kept = new HashMap<>();
  private final byte[] packet = new byte[1_600];
  private final boolean transportCc;
  public final int ssrc;
  public final int rtxSsrc;
  private final long timestampAtZero;
  private int sequenceNumber;
  private int rtxSequenceNumber;
  private boolean acknowledged;
  private boolean silent;
  /** A receiver asked for a key frame, and none has been made. */
  boolean keyFrameWanted = true;
  /** Null where each request makes one key frame of this stream. */
  BrowserEncoder encoder;
  public final List<Long> keyFrameRequestsNs = new ArrayList<>();
  public long packets;
  public long payloadBytes;
  public long retransmissions;
  public ReportBlock lastReport;

  PublishedStream(SimulatedPeer peer, String mid, String rid, int payloadType, int clockRate, int ssrc, int rtxSsrc,
      boolean transportCc, int firstSequenceNumber, long timestampAtZero) {
    this.peer = peer;
    this.mid = mid;
    this.rid = rid;
    this.payloadType = payloadType;
    this.clockRate = clockRate;
    this.ssrc = ssrc;
    this.rtxSsrc = rtxSsrc;
    this.transportCc = transportCc;
    this.sequenceNumber = firstSequenceNumber;
    this.timestampAtZero = timestampAtZero;
  }

  /** 32 bits. */
  long timestampAt(long captureNs) {
    return timestampAtZero + ticks(captureNs) & 0xffff_ffffL;
  }

  private long ticks(long ns) {
    return Math.floorDiv(ns, VirtualTime.SECOND) * clockRate
        + Math.floorMod(ns, VirtualTime.SECOND) * clockRate / VirtualTime.SECOND;
  }

  /** As an encoding that the page has switched off. */
  public void silence() {
    silent = true;
  }

  void send(byte[] payload, boolean marker, long timestamp) {
    if (silent) {
      return;
    }
    int number = sequenceNumber;
    sequenceNumber = number + 1 & 0xffff;
    packets++;
    payloadBytes += payload.length;
    int headerLength = writeHeader(false, marker, payloadType, number, timestamp, ssrc);
    System.arraycopy(payload, 0, packet, headerLength, payload.length);
    byte[] same = rtxSsrc == 0 ? Arrays.copyOf(packet, headerLength + payload.length) : null;
    kept.put(number, new Kept(payload, marker, timestamp, headerLength, same));
    kept.remove(number - KEPT_PACKETS & 0xffff);
    peer.sendRtp(packet, headerLength, headerLength + payload.length);
  }

  private int writeHeader(boolean rtx, boolean marker, int type, int number, long timestamp, int onSsrc) {
    header.clear();
    // As browsers: only until a receiver report says that the SSRC is known.
    if (!acknowledged || rtx) {
      add(PublisherParameters.MID, mid);
      if (rid != null) {
        add(rtx ? PublisherParameters.REPAIRED_RID : PublisherParameters.RID, rid);
      }
    }
    header.reserve(PublisherParameters.ABS_SEND_TIME, 3);
    if (transportCc) {
      header.reserve(PublisherParameters.TRANSPORT_CC, 2);
    }
    if (payloadType == PublisherParameters.OPUS) {
      header.add(PublisherParameters.AUDIO_LEVEL, new byte[] {(byte) (0x80 | 30)}, 0, 1);
    }
    int length = header.write(packet, 0, marker, type, number, timestamp, onSsrc);
    AbsSendTime.put(packet, header.dataOffset(PublisherParameters.ABS_SEND_TIME), peer.nowNs());
    if (transportCc) {
      Bytes.put16(packet, header.dataOffset(PublisherParameters.TRANSPORT_CC), peer.nextTransportSequenceNumber());
    }
    return length;
  }

  private void add(int id, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    header.add(id, bytes, 0, bytes.length);
  }

  void onNack(int number) {
    Kept lost = kept.get(number);
    if (lost == null) {
      return;
    }
    retransmissions++;
    if (rtxSsrc == 0) {
      System.arraycopy(lost.packet, 0, packet, 0, lost.packet.length);
      peer.sendRtp(packet, lost.headerLength, lost.packet.length);
      return;
    }
    int headerLength = writeHeader(true, lost.marker, PublisherParameters.VP8_RTX, rtxSequenceNumber, lost.timestamp, rtxSsrc);
    rtxSequenceNumber = rtxSequenceNumber + 1 & 0xffff;
    Bytes.put16(packet, headerLength, number);
    System.arraycopy(lost.payload, 0, packet, headerLength + 2, lost.payload.length);
    peer.sendRtp(packet, headerLength, headerLength + 2 + lost.payload.length);
  }

  void onKeyFrameRequest(long nowNs) {
    keyFrameRequestsNs.add(nowNs);
    if (encoder == null) {
      keyFrameWanted = true;
    } else {
      encoder.onKeyFrameRequest(nowNs);
    }
  }

  void onReportBlock(ReportBlock block) {
    acknowledged = true;
    lastReport = new ReportBlock();
    lastReport.fractionLost = block.fractionLost;
    lastReport.cumulativeLost = block.cumulativeLost;
    lastReport.extendedHighestSequence = block.extendedHighestSequence;
    lastReport.jitter = block.jitter;
  }

  void fill(SenderInfo info, long nowNs) {
    info.ssrc = ssrc;
    info.ntpTime = peer.ntpTime(nowNs);
    info.rtpTimestamp = timestampAt(nowNs);
    info.packetCount = packets & 0xffff_ffffL;
    info.octetCount = payloadBytes & 0xffff_ffffL;
  }

  /** The most requests within any one second. */
  public int mostKeyFrameRequestsInASecond() {
    int most = 0;
    for (int from = 0, to = 0; to < keyFrameRequestsNs.size(); to++) {
      while (keyFrameRequestsNs.get(to) - keyFrameRequestsNs.get(from) >= VirtualTime.SECOND) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }
}
