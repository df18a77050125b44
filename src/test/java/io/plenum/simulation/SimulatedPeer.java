package io.plenum.simulation;

import io.plenum.media.congestion.TransportCcReceiver;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.ice.IceControllingClient;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.rtcp.Remb;
import io.plenum.protocol.rtcp.ReportBlock;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtcp.SenderInfo;
import io.plenum.protocol.rtcp.TransportFeedback;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.TransportSequenceNumber;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.DatagramKind;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A synthetic client with one transport for both directions, made of our own cores: ICE checks and nominates, keys are
 * agreed ({@link FakeDtlsSession}), SRTP protects, {@link Publication}s are sent and {@link ReceivedTrack}s received.
 */
public final class SimulatedPeer {
  private static final long REPORT_INTERVAL_NS = VirtualTime.SECOND;
  private static final int TRANSPORT_CC_OF_ROUTER = 5;
  /** What mediasoup-client listens to without ever playing it. */
  private static final int PROBATION_SSRC = 1234;

  private final String name;
  private final SimulatedCall call;
  private final SplittableRandom random;
  private final WebRtcTransport transport;
  private final IceControllingClient ice;
  private final FakeDtlsSession dtls;
  private final VirtualLink up;
  private final VirtualLink down;
  private final byte[] certificate = new byte[FakeDtlsSession.CERTIFICATE_BYTES];
  /** What the network makes of our own addresses. */
  private final Map<InetSocketAddress, InetSocketAddress> nat = new HashMap<>();
  private final List<PublishedStream> streams = new ArrayList<>();
  private final List<ReceivedTrack> tracks = new ArrayList<>();
  private final Map<String, ReceivedTrack> trackOfConsumer = new LinkedHashMap<>();
  private final byte[] rtcp = new byte[1_500];
  private final byte[] plain = new byte[2_048];
  private final RtcpWriter writer = new RtcpWriter();
  private final RtcpReader reader = new RtcpReader();
  private final RtpPacket packet = new RtpPacket();
  private final StunMessage stun = new StunMessage();
  private final TransportCcReceiver transportCc = new TransportCcReceiver(this::sendFeedback);
  /** Added to our clock: this peer's wall clock is nobody else's. */
  private final long ntpAtZero;
  private TransportTuple selected;
  private SimulatedData data;
  private SrtpSender srtpSender;
  private SrtpReceiver srtpReceiver;
  private int transportSequenceNumber;
  private int nextMid;
  private boolean silent;
  private boolean withholdsChecks;
  /** What we send, before SRTP; off while null. */
  public List<byte[]> plainSent;
  /** The RTCP packets that came, after SRTP; off while null. */
  public List<byte[]> rtcpReceived;
  public long probationPackets;
  public long unknownSsrc;
  public long rembs;
  public long lastRembBps;
  public long transportFeedbacks;
  public final Set<Integer> acknowledgedTransportSequences = new HashSet<>();
  public long datagramsReceived;
  public long lastDatagramNs;
  public String dtlsFailure;
  public boolean dtlsClosed;

  SimulatedPeer(String name, SimulatedCall call, SplittableRandom random, int number) {
    this.name = name;
    this.call = call;
    this.random = random;
    random.nextBytes(certificate);
    ntpAtZero = (3_976_214_400L + random.nextInt(1_000_000) << 32) + random.nextInt();
    up = new VirtualLink(call.time(), random.split(), call.impairment());
    down = new VirtualLink(call.time(), random.split(), call.impairment());
    transport = call.node().createTransport(name, sink -> call.serverDtls(sink, random));
    IceParameters remote = transport.iceParameters();
    ice = new IceControllingClient(name + "ufrag",
        new IceCredentials(remote.usernameFragment(), remote.password()), IceOptions.DEFAULT, random.split(), new IceEffects());
    dtls = new FakeDtlsSession(call.time(), new DtlsEffects(), call.profile(), certificate, random);
    call.time().drive(ice::nextDeadlineNs, ice::onTimeout);
    call.time().drive(transportCc::nextDeadlineNs, transportCc::onTimeout);
    addPath(new InetSocketAddress("10.0.0." + number, 5_000), new InetSocketAddress("198.51.100." + number, 5_000));
    call.time().after(REPORT_INTERVAL_NS, this::report);
  }

  VirtualTime time() {
    return call.time();
  }

  long nowNs() {
    return call.time().nowNs();
  }

  public String name() {
    return name;
  }

  public WebRtcTransport transport() {
    return transport;
  }

  public byte[] certificate() {
    return certificate;
  }

  public IceControllingClient ice() {
    return ice;
  }

  /** The peer's data channels, from now on; it opens the association, as browsers do. */
  public SimulatedData data() {
    if (data == null) {
      data = new SimulatedData(random.split(), dtls::send);
      call.time().drive(data.channels().association()::nextDeadlineNs, data.channels().association()::onTimeout);
    }
    return data;
  }

  /** One authentic record of application data, whatever is in it: an SCTP packet of the test's own making. */
  public void sendData(byte[] packet) {
    dtls.send(packet, 0, packet.length);
  }

  public boolean isConnected() {
    return srtpSender != null && selected != null && !silent;
  }

  /** This peer's wall clock. */
  public long ntpTime(long nowNs) {
    return ntpAtZero + (Math.floorDiv(nowNs, VirtualTime.SECOND) << 32)
        + (Math.floorMod(nowNs, VirtualTime.SECOND) << 32) / VirtualTime.SECOND;
  }

  public void impair(Impairment upwards, Impairment downwards) {
    up.impair(upwards);
    down.impair(downwards);
  }

  /** Bytes that the node sent us, whatever became of them. */
  public long downlinkBytes() {
    return down.bytes();
  }

  public long downlinkDatagrams() {
    return down.datagrams();
  }

  public long uplinkBytes() {
    return up.bytes();
  }

  public void cut(boolean isCut) {
    up.cut(isCut);
    down.cut(isCut);
  }

  /** One more address of ours, as the network translates it. */
  public TransportTuple addPath(InetSocketAddress inside, InetSocketAddress outside) {
    TransportTuple tuple = new TransportTuple(TransportTuple.Protocol.UDP, inside, SimulatedNode.ADDRESS);
    rebind(inside, outside);
    ice.addTuple(tuple, nowNs());
    return tuple;
  }

  public void removePath(TransportTuple tuple) {
    nat.remove(tuple.local());
    ice.removeTuple(tuple);
  }

  /** The NAT forgets, and from now on translates otherwise; we do not notice. */
  public void rebind(InetSocketAddress inside, InetSocketAddress outside) {
    nat.put(inside, outside);
    call.claim(outside, this);
  }

  public InetSocketAddress outsideAddress() {
    return nat.get(selected.local());
  }

  public TransportTuple selected() {
    return selected;
  }

  /** What the node sent to that outside address of ours. */
  void onDownlink(InetSocketAddress outside, byte[] bytes, int offset, int length) {
    down.carry(bytes, offset, length, datagram -> {
      for (Map.Entry<InetSocketAddress, InetSocketAddress> mapping : nat.entrySet()) {
        if (mapping.getValue().equals(outside)) {
          onDatagram(new TransportTuple(TransportTuple.Protocol.UDP, mapping.getKey(), SimulatedNode.ADDRESS), datagram);
          return;
        }
      }
    });
  }

  /** Any bytes, from where our media comes from. */
  public void sendRaw(byte[] bytes, int offset, int length) {
    send(selected, bytes, offset, length);
  }

  private void send(TransportTuple from, byte[] bytes, int offset, int length) {
    InetSocketAddress outside = from == null ? null : nat.get(from.local());
    if (outside != null && !silent) {
      up.carry(bytes, offset, length, datagram -> call.onUplink(outside, datagram));
    }
  }

  /** Nothing leaves us any more, not even checks: the client has died. */
  public void die() {
    silent = true;
  }

  /** Checks no longer leave us; everything else does, for as long as our own ICE thinks that it is connected. */
  public void withholdChecks(boolean withholds) {
    withholdsChecks = withholds;
  }

  private void onDatagram(TransportTuple tuple, byte[] bytes) {
    datagramsReceived++;
    lastDatagramNs = nowNs();
    DatagramKind kind = DatagramKind.of(bytes[0]);
    if (kind == DatagramKind.STUN) {
      if (stun.parse(bytes, 0, bytes.length) == null) {
        ice.onStun(stun, tuple, nowNs());
      }
    } else if (kind == DatagramKind.DTLS) {
      dtls.onDatagram(bytes, 0, bytes.length);
    } else if (srtpReceiver != null) {
      onSrtp(bytes);
    }
  }

  private void onSrtp(byte[] bytes) {
    if (RtpPacket.isRtcp(bytes[1])) {
      int length = srtpReceiver.unprotectRtcp(bytes, 0, bytes.length, plain, 0, 0);
      if (length > 0 && rtcpReceived != null) {
        rtcpReceived.add(Arrays.copyOf(plain, length));
      }
      if (length > 0 && reader.read(plain, 0, length, new Feedback()) != null) {
        throw new AssertionError(name + " got malformed RTCP");
      }
      return;
    }
    int length = srtpReceiver.unprotectRtp(bytes, 0, bytes.length, plain, 0);
    if (length <= 0) {
      return;
    }
    if (packet.parse(plain, 0, length) != null) {
      throw new AssertionError(name + " got malformed RTP");
    }
    if (packet.hasExtension(TRANSPORT_CC_OF_ROUTER)) {
      transportCc.onPacket(packet.ssrc(), TransportSequenceNumber.read(packet, TRANSPORT_CC_OF_ROUTER), nowNs());
    }
    if (packet.ssrc() == PROBATION_SSRC) {
      probationPackets++;
      return;
    }
    for (ReceivedTrack track : tracks) {
      if (track.ssrc == packet.ssrc() || track.rtxSsrc != 0 && track.rtxSsrc == packet.ssrc()) {
        track.onRtp(packet, nowNs());
        return;
      }
    }
    unknownSsrc++;
  }

  /** How many datagrams could not be unprotected. */
  public SrtpReceiver srtpReceiver() {
    return srtpReceiver;
  }

  void sendRtp(byte[] bytes, int headerLength, int length) {
    if (isConnected()) {
      if (plainSent != null) {
        plainSent.add(Arrays.copyOf(bytes, length));
      }
      int protectedLength = srtpSender.protectRtp(bytes, 0, headerLength, length);
      send(selected, bytes, 0, protectedLength);
    }
  }

  /** An authentic packet of our own making. */
  public void sendProtectedRtp(byte[] bytes, int headerLength, int length) {
    sendRtp(bytes, headerLength, length);
  }

  int nextTransportSequenceNumber() {
    int number = transportSequenceNumber;
    transportSequenceNumber = number + 1 & 0xffff;
    return number;
  }

  public int transportSequenceNumbersSent() {
    return transportSequenceNumber;
  }

  private int ownSsrc() {
    return streams.isEmpty() ? 1 : streams.get(0).ssrc;
  }

  void sendNack(int mediaSsrc, int[] sequenceNumbers, int count) {
    begin().nack(ownSsrc(), mediaSsrc, sequenceNumbers, 0, count);
    sendRtcp();
  }

  public void sendPli(int mediaSsrc) {
    begin().pli(ownSsrc(), mediaSsrc);
    sendRtcp();
  }

  /** For RTCP of the test's own making, to be sent with {@link #sendRtcp}. */
  public RtcpWriter begin() {
    writer.begin(rtcp, 0, 1_400);
    return writer;
  }

  public void sendRtcp() {
    if (isConnected() && writer.length() > 0) {
      if (plainSent != null) {
        plainSent.add(Arrays.copyOf(rtcp, writer.length()));
      }
      send(selected, rtcp, 0, srtpSender.protectRtcp(rtcp, 0, writer.length()));
    }
  }

  private void sendFeedback(byte[] feedback, int offset, int length) {
    System.arraycopy(feedback, offset, rtcp, 0, length);
    if (isConnected()) {
      send(selected, rtcp, 0, srtpSender.protectRtcp(rtcp, 0, length));
    }
  }

  private void report() {
    if (isConnected()) {
      sendReports();
    }
    time().after(REPORT_INTERVAL_NS - 50 * VirtualTime.MS + random.nextLong(100 * VirtualTime.MS), this::report);
  }

  private void sendReports() {
    byte[] cname = name.getBytes(StandardCharsets.US_ASCII);
    begin();
    SenderInfo info = new SenderInfo();
    for (PublishedStream stream : streams) {
      if (stream.packets > 0) {
        stream.fill(info, nowNs());
        writer.senderReport(info);
        writer.cname(stream.ssrc, cname);
      }
    }
    writer.receiverReport(ownSsrc());
    ReportBlock block = new ReportBlock();
    for (ReceivedTrack track : tracks) {
      if (track.fillReportBlock(block, nowNs())) {
        writer.reportBlock(block);
      }
    }
    sendRtcp();
  }

  /** What we send as one VP8 stream whose SSRCs are signalled. */
  public Publication publishVideo() {
    return publishVideo(new VideoOptions());
  }

  /** A video publication's knobs, with what most calls need. */
  public static final class VideoOptions {
    int streams = 1;
    int temporalLayers = 1;
    boolean transportCc = true;
    long intervalNs = 40 * VirtualTime.MS;
    int packetsPerFrame = 3;
    int firstSequenceNumber = -1;
    long firstTimestamp = -1;

    public VideoOptions simulcast(int count, int layersOfEach) {
      streams = count;
      temporalLayers = layersOfEach;
      return this;
    }

    public VideoOptions withoutTransportCc() {
      transportCc = false;
      return this;
    }

    public VideoOptions frames(long everyNs, int packets) {
      intervalNs = everyNs;
      packetsPerFrame = packets;
      return this;
    }

    public VideoOptions beginningAt(int sequenceNumber, long timestamp) {
      firstSequenceNumber = sequenceNumber;
      firstTimestamp = timestamp;
      return this;
    }
  }

  public Publication publishVideo(VideoOptions options) {
    String mid = Integer.toString(nextMid++);
    List<PublishedStream> made = new ArrayList<>();
    for (int i = 0; i < options.streams; i++) {
      int ssrc = random.nextInt();
      int first = options.firstSequenceNumber >= 0 ? options.firstSequenceNumber : random.nextInt(32_768);
      long base = options.firstTimestamp >= 0 ? options.firstTimestamp : random.nextInt() & 0xffff_ffffL;
      made.add(new PublishedStream(this, mid, options.streams > 1 ? "r" + i : null, PublisherParameters.VP8, 90_000,
          ssrc, ssrc + 1, options.transportCc, first, base));
    }
    PublishedStream only = made.get(0);
    RtpParameters parameters = options.streams > 1
        ? PublisherParameters.vp8Simulcast(mid, options.streams, options.temporalLayers, options.transportCc)
        : PublisherParameters.vp8(mid, only.ssrc & 0xffff_ffffL, only.rtxSsrc & 0xffff_ffffL, options.transportCc);
    return publish(MediaKind.VIDEO, parameters, made, options.temporalLayers, options.intervalNs, options.packetsPerFrame);
  }

  public Publication publishAudio() {
    return publishAudio(true);
  }

  public Publication publishAudio(boolean transportCc) {
    String mid = Integer.toString(nextMid++);
    int ssrc = random.nextInt();
    PublishedStream stream = new PublishedStream(this, mid, null, PublisherParameters.OPUS, 48_000, ssrc, 0, transportCc,
        random.nextInt(32_768), random.nextInt() & 0xffff_ffffL);
    return publish(MediaKind.AUDIO, PublisherParameters.opus(mid, ssrc & 0xffff_ffffL, transportCc), List.of(stream), 1,
        20 * VirtualTime.MS, 1);
  }

  private Publication publish(MediaKind kind, RtpParameters parameters, List<PublishedStream> made, int temporalLayers,
      long intervalNs, int packetsPerFrame) {
    Producer producer = transport.produce(
        new ProducerOptions(name + "-" + kind.label() + streams.size(), kind, parameters, false, Map.of()), nowNs());
    streams.addAll(made);
    return new Publication(this, producer, kind == MediaKind.VIDEO, temporalLayers, intervalNs, packetsPerFrame, made);
  }

  /** A consumer of that publication, resumed as soon as we are ready for it. */
  public ReceivedTrack receive(Publication publication) {
    return receive(publication, call.node().router().rtpCapabilities());
  }

  /** The same as an endpoint that has NACK, and no RTX to go with it. */
  ReceivedTrack receiveWithoutRtx(Publication publication) {
    RtpCapabilities all = call.node().router().rtpCapabilities();
    return receive(publication, new RtpCapabilities(
        all.codecs().stream().filter(codec -> !codec.isRtx()).toList(), all.headerExtensions()));
  }

  private ReceivedTrack receive(Publication publication, RtpCapabilities capabilities) {
    Producer producer = publication.producer();
    Consumer consumer = transport.consume(ConsumerOptions.paused(
        name + "<-" + producer.id() + "#" + tracks.size(), producer.id(), capabilities, Map.of()), nowNs());
    ReceivedTrack track = new ReceivedTrack(this, consumer);
    tracks.add(track);
    trackOfConsumer.put(consumer.id(), track);
    time().post(() -> consumer.resume(nowNs()));
    return track;
  }

  /** An ICE restart as signalling would have it: new credentials of the node, and checks with them after a while. */
  public void restartIce() {
    IceParameters next = transport.restartIce();
    time().after(150 * VirtualTime.MS, () -> ice.restart(
        name + "again", new IceCredentials(next.usernameFragment(), next.password()), nowNs()));
  }

  private final class IceEffects implements IceControllingClient.Sink {
    @Override
    public void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple) {
      if (!withholdsChecks) {
        send(tuple, bytes, offset, length);
      }
    }

    @Override
    public void onIceStateChanged(IceState from, IceState to) {}

    @Override
    public void onSelectedTupleChanged(TransportTuple tuple) {
      selected = tuple;
      if (tuple != null) {
        dtls.start(DtlsRole.CLIENT, FakeDtlsSession.fingerprint(SimulatedCall.SERVER_CERTIFICATE));
      }
    }
  }

  private final class DtlsEffects implements DtlsSession.Sink {
    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      send(selected, bytes, offset, length);
    }

    @Override
    public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {
      srtpSender = new SrtpSender(local);
      // Browsers set no limit.
      srtpReceiver = new SrtpReceiver(remote, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {
      if (data != null) {
        data.channels().association().onPacket(bytes, offset, length, nowNs());
      }
    }

    @Override
    public void onDtlsFailed(String reason) {
      dtlsFailure = reason;
    }

    @Override
    public void onDtlsClosed() {
      dtlsClosed = true;
    }
  }

  FakeDtlsSession dtls() {
    return dtls;
  }

  /** Says close_notify, as a page that is closed. */
  public void sayGoodbye() {
    dtls.close();
  }

  private final class Feedback implements RtcpHandler {
    private PublishedStream stream(int ssrc) {
      return streams.stream().filter(each -> each.ssrc == ssrc).findFirst().orElse(null);
    }

    @Override
    public void onSenderReport(SenderInfo info) {
      tracks.stream().filter(track -> track.ssrc == info.ssrc).forEach(track -> track.onSenderReport(info, nowNs()));
    }

    @Override
    public void onReportBlock(int senderSsrc, ReportBlock block) {
      PublishedStream stream = stream(block.ssrc);
      if (stream != null) {
        stream.onReportBlock(block);
      }
    }

    @Override
    public void onNackedSequenceNumber(int senderSsrc, int mediaSsrc, int sequenceNumber) {
      PublishedStream stream = stream(mediaSsrc);
      if (stream != null) {
        stream.onNack(sequenceNumber);
      }
    }

    @Override
    public void onPli(int senderSsrc, int mediaSsrc) {
      PublishedStream stream = stream(mediaSsrc);
      if (stream != null) {
        stream.onKeyFrameRequest(nowNs());
      }
    }

    @Override
    public void onRemb(Remb remb) {
      rembs++;
      lastRembBps = remb.bitrateBps();
    }

    @Override
    public void onTransportFeedback(TransportFeedback feedback) {
      transportFeedbacks++;
      while (feedback.next()) {
        acknowledgedTransportSequences.add(feedback.sequenceNumber());
      }
    }
  }

  @Override
  public String toString() {
    return name + Arrays.toString(tracks.stream().map(track -> track.packets.size()).toArray());
  }
}
