package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.TearDown;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.SrtpParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.DeadlineQueue;
import io.plenum.media.router.PipeConsumer;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.PipeStream;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.Transport;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.wire.Bytes;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One end of a pipe between two routers: RTP, RTCP and SCTP over the loop's pipe socket, protected with keys that came over
 * the cluster's bus. All pipes of a loop share its port; the other end is told apart by its address and the SSRCs that the
 * two have agreed on, and everything else is dropped.
 *
 * <p>SCTP goes as the payload of RTP packets with an SSRC of its own, so that SRTP protects it, too (docs/adr/0014).
 */
public final class PipeTransport implements Transport, RtpLink {
  /** The way out, and the table by which the socket layer finds this transport. */
  public interface Network {
    /** The bytes belong to the network during the call only. */
    void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length);

    /** Packets of that SSRC from that address are this transport's from now on. */
    void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc);

    void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc);
  }

  private final String id;
  private final Router router;
  private final RouterEnvironment environment;
  private final GateCounters gates;
  private final Network network;
  private final PipeOptions options;
  private final RtpSession session;
  private final DeadlineQueue.Wake wake;
  private final SrtpParameters srtpParameters;
  private InetSocketAddress remote;
  private int remoteRtcpSsrc;
  /** Null without SRTP. */
  private SrtpSession srtp;
  private final PipeData data;
  /** Of the last call that said what time it is. */
  private long nowNs;
  /** Whether anything was, and if so when. */
  private boolean heard;
  private long heardNs;
  private boolean closed;

  /**
   * What the two ends agree on, with mediasoup's names.
   *
   * @param enableSctp whether data crosses
   * @param numSctpStreamsOs half of them are for the data producers of either side
   * @param dataWindowBytes of data that may be on its way
   */
  public record PipeOptions(boolean enableSrtp, boolean enableRtx, boolean enableSctp, int numSctpStreamsOs,
      int numSctpStreamsMis, int dataWindowBytes) {
    public PipeOptions(
        boolean enableSrtp, boolean enableRtx, boolean enableSctp, int numSctpStreamsOs, int numSctpStreamsMis) {
      this(enableSrtp, enableRtx, enableSctp, numSctpStreamsOs, numSctpStreamsMis, SctpOptions.RECEIVER_WINDOW_BYTES);
    }

    public static final PipeOptions DEFAULT = new PipeOptions(true, true, true, 1_024, 1_024);
  }

  public PipeTransport(String id, Router router, Network network, PipeOptions options) {
    this.id = id;
    this.router = router;
    this.environment = router.environment();
    this.gates = new GateCounters(environment.drops());
    this.network = network;
    this.options = options;
    this.srtpParameters = options.enableSrtp() ? SrtpParameters.generate(environment.random()) : null;
    this.session = new RtpSession(this, router, this, rtcpSsrc(id));
    this.data = new PipeData(this, router, options, this::sendData);
    wake = router.add(this);
  }

  @Override
  public String id() {
    return id;
  }

  /** What the other end must know to read what we send; null without SRTP. */
  public SrtpParameters srtpParameters() {
    return srtpParameters;
  }

  /**
   * The sender of an end's RTCP where it is not one of its streams: made from the end's id, so that the other end knows it
   * and can tell whose a report is before it can decrypt it.
   */
  static int rtcpSsrc(String endId) {
    int hash = 0;
    for (int i = 0; i < endId.length(); i++) {
      hash = 0x01000193 * (hash ^ endId.charAt(i));
    }
    return hash | 1 << 31;
  }

  public RtpSession session() {
    return session;
  }

  public boolean connected() {
    return remote != null;
  }

  /**
   * The other end is known; packets flow from now on. The same again changes nothing.
   *
   * @param remoteEndId the id of the other end
   * @param remoteSrtp null if and only if SRTP is off
   * @throws PlenumException {@code wrong-state} if it is connected to something else already, or SRTP does not fit
   */
  public void connect(String remoteEndId, InetSocketAddress remoteTuple, SrtpParameters remoteSrtp, long nowNs) {
    if (remote != null) {
      if (remote.equals(remoteTuple) && remoteRtcpSsrc == rtcpSsrc(remoteEndId)) {
        return;
      }
      throw new PlenumException("wrong-state", "the pipe is connected already");
    }
    if (options.enableSrtp() != (remoteSrtp != null)) {
      throw new PlenumException("invalid-srtp-parameters", "one end of the pipe encrypts and the other does not");
    }
    remote = remoteTuple;
    data.onConnected(remoteEndId);
    remoteRtcpSsrc = rtcpSsrc(remoteEndId);
    if (remoteSrtp != null) {
      srtp = new SrtpSession(srtpParameters.keys(), remoteSrtp.keys(), MAX_SSRCS, MAX_SSRCS, RETIREMENT_NS);
    }
    network.onPipeSsrcAdded(this, remote, remoteRtcpSsrc);
    if (options.enableSctp()) {
      network.onPipeSsrcAdded(this, remote, data.remoteSsrc());
    }
    session.onConnected(nowNs);
    wake.by(nextDeadlineNs());
  }

  /** Streams that one pipe may carry: a room's producers on one node, with simulcast and RTX. */
  public static final int MAX_SSRCS = 16_384;

  /**
   * A producer that is given up here may be asked for again before the other end has noticed, which it does with the next
   * Want, two seconds later: then the same SSRCs go on, with the roll-over counters that they have reached.
   */
  static final long RETIREMENT_NS = 60_000_000_000L;

  /** One datagram from the other end; never throws. The bytes are the caller's again when the call returns. */
  public void onDatagram(byte[] bytes, int offset, int length, long nowNs) {
    if (closed || remote == null) {
      gates.count(GateDrop.NOT_CONNECTED);
      return;
    }
    if (length < RtpPacket.FIXED_HEADER_BYTES - 4) {
      gates.count(GateDrop.TOO_SHORT);
      return;
    }
    try {
      read(bytes, offset, length, nowNs);
      wake.by(nextDeadlineNs());
    } catch (RuntimeException fault) {
      router.onFault(this, fault, nowNs);
    }
  }

  private void read(byte[] bytes, int offset, int length, long nowNs) {
    this.nowNs = nowNs;
    boolean rtcp = RtpPacket.isRtcp(bytes[offset + 1]);
    int plainLength = length;
    if (srtp == null) {
      System.arraycopy(bytes, offset, environment.plain, 0, length);
    } else {
      plainLength = rtcp
          ? srtp.unprotectRtcp(bytes, offset, length, environment.plain, nowNs)
          : srtp.unprotectRtp(bytes, offset, length, environment.plain);
    }
    if (plainLength > 0) {
      heard = true;
      heardNs = nowNs;
      if (rtcp) {
        session.onRtcp(environment.plain, 0, plainLength, nowNs);
      } else if (options.enableSctp() && isData(plainLength)) {
        // No media: neither the session's counters nor its estimates hear of it.
        data.onPacket(environment.plain, plainLength, nowNs);
      } else {
        session.onRtp(environment.plain, 0, plainLength, nowNs);
      }
    } else if (plainLength < 0) {
      gates.countSrtp(plainLength);
    }
  }

  private boolean isData(int plainLength) {
    return plainLength >= RtpPacket.FIXED_HEADER_BYTES && Bytes.i32(environment.plain, 8) == data.remoteSsrc();
  }

  private void sendData(byte[] packet, int length) {
    int sent = srtp == null ? length : srtp.protectRtp(packet, 0, DataPackets.HEADER_BYTES, length);
    if (sent > 0) {
      network.sendPipe(remote, packet, 0, sent);
    }
  }

  /**
   * Whether something of the other end was heard in this time: media, or the reports that go to and fro about once a second as
   * long as anything crosses. With SRTP, only what is authentic counts.
   */
  public boolean heardWithin(long periodNs, long nowNs) {
    return heard && nowNs - heardNs <= periodNs;
  }

  @Override
  public boolean isConnected() {
    return remote != null && !closed;
  }

  @Override
  public void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs) {
    int sent = srtp == null ? length : srtp.protectRtp(packet, offset, headerLength, length);
    if (sent > 0) {
      network.sendPipe(remote, packet, offset, sent);
    }
  }

  @Override
  public void sendRtcp(byte[] packet, int offset, int length, long nowNs) {
    int sent = srtp == null ? length : srtp.protectRtcp(packet, offset, length);
    if (sent > 0) {
      network.sendPipe(remote, packet, offset, sent);
    }
  }

  /** The router's producer goes to the other end. */
  public PipeConsumer consumePiped(String consumerId, String producerId, PipeConsumer.PipeConsumerListener listener) {
    return session.consumePiped(consumerId, producerId, options.enableRtx(), listener);
  }

  /** The other end's producer, under the id that it has there. */
  @Override
  public Producer produce(ProducerOptions producerOptions, long nowNs) {
    if (remote == null) {
      throw new PlenumException("wrong-state", "connect the pipe first");
    }
    this.nowNs = nowNs;
    Producer producer = session.produce(producerOptions, nowNs);
    if (srtp != null) {
      srtp.forgetRetired(session::isReceived, nowNs);
    }
    for (RtpEncodingParameters encoding : producer.rtpParameters().encodings()) {
      network.onPipeSsrcAdded(this, remote, encoding.ssrc().intValue());
      if (encoding.rtx() != null) {
        network.onPipeSsrcAdded(this, remote, (int) encoding.rtx().ssrc());
      }
    }
    return producer;
  }

  /**
   * The router's data producer goes to the other end, which makes one with its parameters.
   *
   * @throws PlenumException {@code data-producer-not-found}, {@code too-many}, {@code unsupported}
   */
  public PipeDataConsumer consumeDataPiped(
      String consumerId, String dataProducerId, PipeDataConsumer.Listener listener, long nowNs) {
    this.nowNs = nowNs;
    PipeDataConsumer consumer = data.consume(consumerId, dataProducerId, listener, nowNs);
    onDeadlineChanged();
    return consumer;
  }

  /**
   * The other end's data producer, under the id that it has there.
   *
   * @param onGone told when the other end has closed it, or cannot be reached any more: it can be made anew
   */
  public DataProducer produceData(
      DataProducerOptions producerOptions, Runnable onGone, long nowNs) {
    this.nowNs = nowNs;
    DataProducer producer = data.produce(producerOptions, onGone, nowNs);
    onDeadlineChanged();
    return producer;
  }

  @Override
  public DataConsumer consumeData(DataConsumerOptions consumerOptions, long nowNs) {
    throw new PlenumException("unsupported", "a pipe is consumed with consumeDataPiped");
  }

  /** The data producer that came over this pipe, or null. */
  public DataProducer dataProducer(String dataProducerId) {
    return data.producer(dataProducerId);
  }

  /** The data consumer that sends over this pipe, or null. */
  public PipeDataConsumer dataConsumer(String consumerId) {
    return data.consumer(consumerId);
  }

  /** Closes the producer if it came over this pipe; one that has the same id and came another way is not meant. */
  public void closeProducer(String producerId, long nowNs) {
    Producer producer = session.producer(producerId);
    if (producer != null) {
      producer.close(nowNs);
    }
  }

  /** The producer that came over this pipe, or null. */
  public Producer producer(String producerId) {
    return session.producer(producerId);
  }

  @Override
  public Consumer consume(ConsumerOptions consumerOptions, long nowNs) {
    throw new PlenumException("unsupported", "a pipe is consumed with consumePiped");
  }

  @Override
  public void remove(Producer producer) {
    session.remove(producer);
    for (RtpEncodingParameters encoding : producer.rtpParameters().encodings()) {
      onGone(encoding.ssrc().intValue());
      if (encoding.rtx() != null) {
        onGone((int) encoding.rtx().ssrc());
      }
    }
  }

  private void onGone(int ssrc) {
    network.onPipeSsrcRemoved(this, remote, ssrc);
    if (srtp != null) {
      srtp.retireRemote(ssrc, nowNs);
    }
  }

  @Override
  public void remove(Consumer consumer) {
    throw new IllegalStateException("a pipe has no endpoint consumers");
  }

  @Override
  public void remove(PipeConsumer consumer) {
    session.remove(consumer);
    if (srtp != null) {
      for (PipeStream stream : consumer.streams()) {
        srtp.forgetLocal(stream.ssrc());
        stream.rtxSsrc().ifPresent(srtp::forgetLocal);
      }
    }
  }

  /** SSRCs that SRTP state is kept for, of ours and of the other end's. For metrics and tests that look for leaks. */
  public int protectedSsrcs() {
    return srtp == null ? 0 : srtp.localSsrcs() + srtp.remoteSsrcs();
  }

  @Override
  public void onDeadlineChanged() {
    session.onDeadlineChanged();
    wake.by(nextDeadlineNs());
  }

  @Override
  public long nextDeadlineNs() {
    return Math.min(session.nextDeadlineNs(), data.nextDeadlineNs());
  }

  @Override
  public void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    session.onTimeout(nowNs);
    data.onTimeout(nowNs);
  }

  @Override
  public void close(long nowNs) {
    if (closed) {
      return;
    }
    closed = true;
    TearDown.all(
        () -> session.close(nowNs),
        () -> data.close(nowNs),
        () -> {
          if (remote != null) {
            network.onPipeSsrcRemoved(this, remote, remoteRtcpSsrc);
            if (options.enableSctp()) {
              network.onPipeSsrcRemoved(this, remote, data.remoteSsrc());
            }
          }
        },
        () -> router.remove(this));
  }

  @Override
  public List<Map<String, Object>> stats(long nowNs, long unixMs) {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "pipe-transport");
    stats.put("transportId", id);
    stats.put("timestamp", unixMs);
    if (remote != null) {
      stats.put("tuple", Map.of("remoteIp", remote.getHostString(), "remotePort", remote.getPort(), "protocol", "udp"));
    }
    session.addStats(stats, nowNs);
    return List.of(stats);
  }

  @Override
  public void dump(Dump out) {
    out.value("id", id).value("remote", remote).value("srtp", options.enableSrtp()).value("rtx", options.enableRtx())
        .part("gates", gates::dump).part("session", session::dump).part("data", data::dump);
    if (srtp != null) {
      out.part("srtpState", srtp::dump);
    }
  }
}
