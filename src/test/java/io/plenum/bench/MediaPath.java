package io.plenum.bench;

import io.plenum.media.congestion.TransportCcReceiver;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.DatagramKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * One UDP socket of a client, with SRTP, and what a client says on it besides media: receiver reports and transport-cc
 * feedback of what it gets, sender reports of what it sends. On its loop.
 */
class MediaPath implements RtcpHandler {
  private static final long REPORT_INTERVAL_NS = 1_000_000_000L;
  private static final int RECEIVE_BUFFER_BYTES = 4 << 20;
  private static final int PACKET_BYTES = 2_048;
  /** Datagrams taken of one socket before the others have their turn. */
  private static final int MAX_READS = 64;

  final BenchLoop loop;
  final InetSocketAddress remote;
  final DatagramChannel channel;
  final List<SentStream> sent = new ArrayList<>();
  private final SsrcTable<ReceivedStream> streams = new SsrcTable<>();
  final List<ReceivedStream> received = new ArrayList<>();
  private final int rtcpSsrc;
  private final byte[] rtcp = new byte[1_500];
  private final RtcpWriter writer = new RtcpWriter();
  private final ReportBlock block = new ReportBlock();
  private final SenderInfo info = new SenderInfo();
  private final TransportCcReceiver feedback = new TransportCcReceiver(this::sendFeedback);
  private final RtpPacket packet = new RtpPacket();
  private final RtcpReader reader = new RtcpReader();
  private int transportCcId;
  private SrtpSender sender;
  private SrtpReceiver receiver;
  private int nextTransportSequence;
  private long nextReportNs;
  private boolean publishing;
  long nacksReceived;
  long rejected;

  MediaPath(BenchLoop loop, InetSocketAddress remote, int rtcpSsrc) {
    this.loop = loop;
    this.remote = remote;
    this.rtcpSsrc = rtcpSsrc;
    try {
      channel = DatagramChannel.open();
      channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER_BYTES);
      channel.bind(new InetSocketAddress(remote.getAddress(), 0));
      channel.configureBlocking(false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** From here on packets go there, and come from nowhere else. */
  final void connect(InetSocketAddress to) {
    try {
      channel.connect(to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int localPort() {
    return channel.socket().getLocalPort();
  }

  void onKeys(SrtpKeys local, SrtpKeys ofRemote) {
    sender = new SrtpSender(local);
    receiver = new SrtpReceiver(ofRemote, 1_024, 1_024);
  }

  void add(ReceivedStream stream, int transportCcId) {
    streams.put(stream.ssrc, stream);
    received.add(stream);
    if (transportCcId > 0) {
      this.transportCcId = transportCcId;
    }
  }

  /** Streams flow, or pause. */
  void publish(boolean on, long nowNs) {
    if (on && !publishing) {
      for (int i = 0; i < sent.size(); i++) {
        // Publishers are not in step: each begins somewhere within the first frame.
        sent.get(i).startAt(nowNs + loop.nextPhaseNs());
      }
    }
    publishing = on;
  }

  int takeTransportSequence() {
    int sequence = nextTransportSequence;
    nextTransportSequence = sequence + 1 & 0xffff;
    return sequence;
  }

  /** Takes what has come. */
  void onReadable(ByteBuffer buffer) throws IOException {
    for (int i = 0; i < MAX_READS; i++) {
      buffer.clear();
      int length;
      try {
        length = channel.read(buffer);
      } catch (java.net.PortUnreachableException e) {
        return;
      }
      if (length <= 0) {
        return;
      }
      onDatagram(buffer.array(), length, System.nanoTime());
    }
  }

  private void onDatagram(byte[] bytes, int length, long nowNs) {
    DatagramKind kind = DatagramKind.of(bytes[0]);
    if (kind != DatagramKind.RTP_OR_RTCP) {
      onOther(kind, bytes, length, nowNs);
    } else if (receiver != null && length > 1) {
      if (RtpPacket.isRtcp(bytes[1])) {
        int plain = receiver.unprotectRtcp(bytes, 0, length, loop.plain, 0, nowNs);
        if (plain > 0) {
          reader.read(loop.plain, 0, plain, this);
        }
      } else {
        onRtp(bytes, length, nowNs);
      }
    }
  }

  private void onRtp(byte[] bytes, int length, long nowNs) {
    int plain = receiver.unprotectRtp(bytes, 0, length, loop.plain, 0);
    if (plain <= 0 || packet.parse(loop.plain, 0, plain) != null) {
      rejected++;
      return;
    }
    if (transportCcId > 0 && packet.extensionLength(transportCcId) == 2) {
      feedback.onPacket(packet.ssrc(), Bytes.u16(loop.plain, packet.extensionOffset(transportCcId)), nowNs);
    }
    ReceivedStream stream = streams.get(packet.ssrc());
    // Probation and fillers carry no stamp.
    if (stream != null && packet.payloadLength() >= Stamp.OFFSET + Stamp.BYTES) {
      int payload = packet.payloadOffset();
      if (stream.onPacket(packet, Stamp.number(loop.plain, payload), nowNs)) {
        stream.latency.record(nowNs - Stamp.sentNs(loop.plain, payload));
      }
    }
  }

  /** STUN and DTLS. */
  void onOther(DatagramKind kind, byte[] bytes, int length, long nowNs) {}

  void onTimeout(long nowNs) {
    if (receiver == null) {
      return;
    }
    if (feedback.nextDeadlineNs() <= nowNs) {
      feedback.onTimeout(nowNs);
    }
    if (nowNs >= nextReportNs) {
      nextReportNs = nowNs + REPORT_INTERVAL_NS;
      report(nowNs);
    }
  }

  /** Frames that are due go out; returns when the next one is. */
  long sendDue(long nowNs) {
    if (!publishing) {
      return Long.MAX_VALUE;
    }
    long next = Long.MAX_VALUE;
    for (int i = 0; i < sent.size(); i++) {
      SentStream stream = sent.get(i);
      stream.onTimeout(this, nowNs);
      next = Math.min(next, stream.nextDeadlineNs());
    }
    return next;
  }

  private void report(long nowNs) {
    if (publishing) {
      for (SentStream stream : sent) {
        writer.begin(rtcp, 0, 1_200);
        stream.fill(info, nowNs, loop.ntpTime(nowNs));
        writer.senderReport(info);
        sendRtcp();
      }
    }
    int reported = 0;
    while (reported < received.size()) {
      writer.begin(rtcp, 0, 1_200);
      writer.receiverReport(rtcpSsrc);
      for (int i = 0; i < RtcpWriter.MAX_REPORT_BLOCKS && reported < received.size(); i++, reported++) {
        received.get(reported).fill(block);
        writer.reportBlock(block);
      }
      sendRtcp();
    }
  }

  private void sendRtcp() {
    transmit(rtcp, sender.protectRtcp(rtcp, 0, writer.length()));
  }

  private void sendFeedback(byte[] bytes, int offset, int length) {
    System.arraycopy(bytes, offset, rtcp, 0, length);
    transmit(rtcp, sender.protectRtcp(rtcp, 0, length));
  }

  void sendRtp(byte[] bytes, int headerLength, int length) {
    transmit(bytes, sender.protectRtp(bytes, 0, headerLength, length));
  }

  void transmit(byte[] bytes, int length) {
    if (length <= 0) {
      throw new IllegalStateException("SRTP refuses to protect: " + length);
    }
    try {
      channel.write(ByteBuffer.wrap(bytes, 0, length));
    } catch (IOException e) {
      // Nobody there: as lost on the way.
    }
  }

  @Override
  public void onPli(int senderSsrc, int mediaSsrc) {
    for (SentStream stream : sent) {
      if (stream.ssrc == mediaSsrc) {
        stream.requestKeyFrame();
      }
    }
  }

  @Override
  public void onFir(int senderSsrc, int mediaSsrc, int commandSequenceNumber) {
    onPli(senderSsrc, mediaSsrc);
  }

  @Override
  public void onNackedSequenceNumber(int senderSsrc, int mediaSsrc, int sequenceNumber) {
    nacksReceived++;
  }

  void close() {
    publishing = false;
    receiver = null;
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ByteBuffer newBuffer() {
    return ByteBuffer.wrap(new byte[PACKET_BYTES]);
  }
}
