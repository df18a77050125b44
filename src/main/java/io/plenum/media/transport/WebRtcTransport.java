package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.TearDown;
import io.plenum.media.parameters.DtlsParameters;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.DataConsumer;
import io.plenum.media.router.DataConsumerOptions;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.DeadlineQueue;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.ProducerStream;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.router.Transport;
import io.plenum.protocol.dtls.DtlsArrival;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceCandidate;
import io.plenum.protocol.ice.IceCredentials;
import io.plenum.protocol.ice.IceDrop;
import io.plenum.protocol.ice.IceLiteAgent;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.sctp.SctpCounters;
import io.plenum.protocol.sctp.SctpOptions;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.wire.DatagramKind;
import io.plenum.protocol.wire.Malformed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * A browser's transport: ICE-lite finds the way, DTLS agrees on keys, SRTP protects one {@link RtpSession}. Each incoming
 * datagram passes the gates in that order, and the first that does not open it drops and counts it; nothing is kept for a
 * packet that has not passed. A fault of ours behind any of its entrances from the world closes this transport alone
 * ({@link Router#onFault}); the socket layer never sees an exception.
 */
public final class WebRtcTransport implements Transport, RtpLink {
  /** The way out, and the tables by which the socket layer finds this transport. */
  public interface Network {
    /** The bytes belong to the network during the call only. */
    void send(TransportTuple tuple, byte[] bytes, int offset, int length);

    /** Whether datagrams of equal size to that tuple can leave together, which costs less. */
    default boolean sendsTogether(TransportTuple tuple) {
      return false;
    }

    /** Datagrams of that tuple are this transport's from now on. */
    void onTupleAdded(WebRtcTransport transport, TransportTuple tuple);

    void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple);

    /** Checks with that username fragment are this transport's from now on. */
    void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment);

    void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment);
  }

  private final String id;
  private final Router router;
  private final RouterEnvironment environment;
  private final Network network;
  private final List<IceCandidate> candidates;
  private final IceLiteAgent ice;
  private final DtlsAssociation dtls;
  private final RtpSession session;
  private final DeadlineQueue.Wake wake;
  private final StunMessage stun = new StunMessage();
  private final GateCounters gates;
  private final AmplificationLimit amplification = new AmplificationLimit();
  private final MediaPolicer policer;
  /** Null until somebody speaks of data: most transports never do. */
  private SctpLink sctp;
  private TransportTuple selectedTuple;
  private int answerBytes;
  private long nowNs;
  private boolean closed;

  /**
   * @param candidates what the client is told to send to
   * @param policer of the peer, the same for all its transports
   * @param dtls makes the session for the sink it is given
   */
  public WebRtcTransport(
      String id,
      Router router,
      Network network,
      List<IceCandidate> candidates,
      IceOptions iceOptions,
      MediaPolicer policer,
      Function<DtlsSession.Sink, DtlsSession> dtls) {
    this.id = id;
    this.router = router;
    this.environment = router.environment();
    this.gates = new GateCounters(environment.drops());
    this.network = network;
    this.candidates = candidates;
    this.ice = new IceLiteAgent(IceCredentials.generate(environment.random()), iceOptions, new IceEffects());
    this.dtls = new DtlsAssociation(dtls, new DtlsEffects());
    this.policer = policer;
    this.session = new RtpSession(this, router, this, policer);
    wake = router.add(this);
    network.onUsernameFragmentAdded(this, ice.parameters().usernameFragment());
  }

  @Override
  public String id() {
    return id;
  }

  public IceParameters iceParameters() {
    return ice.parameters();
  }

  public List<IceCandidate> iceCandidates() {
    return candidates;
  }

  public IceState iceState() {
    return ice.state();
  }

  public DtlsState dtlsState() {
    return dtls.state();
  }

  public RtpSession session() {
    return session;
  }

  /** Datagrams that were dropped before ICE, DTLS or SRTP saw them. */
  public long drops(GateDrop reason) {
    return gates.drops(reason);
  }

  /** Checks that were dropped. */
  public long drops(IceDrop reason) {
    return ice.drops(reason);
  }

  /** Packets that SRTP dropped. */
  public long drops(SrtpDrop reason) {
    return dtls.srtp() == null ? 0 : dtls.srtp().dropped(reason);
  }

  /** SSRCs of RTP that SRTP keeps state for. */
  public int authenticatedSsrcs() {
    return dtls.srtp() == null ? 0 : dtls.srtp().remoteSsrcs();
  }

  /**
   * What the client's DTLS is to be recognised by. The handshake begins when ICE has found a way too.
   *
   * @return our own role
   * @throws PlenumException {@code wrong-state} if it was called before
   */
  public DtlsRole connect(DtlsParameters parameters, long nowNs) {
    this.nowNs = nowNs;
    dtls.connect(parameters);
    startDtlsIfReady();
    return dtls.localRole();
  }

  private void startDtlsIfReady() {
    if (ice.state().isUsable()) {
      dtls.onIceUsable();
    }
  }

  /**
   * New credentials; media goes on over the old path until the client has found another.
   *
   * @throws PlenumException {@code transport-closed}
   */
  public IceParameters restartIce() {
    requireOpen();
    IceCredentials credentials = IceCredentials.generate(environment.random());
    ice.restart(credentials);
    network.onUsernameFragmentAdded(this, credentials.usernameFragment());
    return ice.parameters();
  }

  /** The tuple has proved that it is the peer's. */
  public boolean accepts(TransportTuple tuple) {
    return ice.isValid(tuple);
  }

  /** Nothing has come from there lately that is the peer's: it may have left the address to another transport. */
  public boolean isQuietOn(TransportTuple tuple, long nowNs) {
    return ice.isQuietOn(tuple, nowNs);
  }

  private void requireOpen() {
    if (closed) {
      throw new PlenumException("transport-closed", "the transport is closed");
    }
  }

  /**
   * One datagram or TCP frame; never throws. The bytes are the caller's again when the call returns.
   *
   * @return whether it is recognised as the peer's: a valid check, authentic, or a record that the handshake takes
   */
  public boolean onDatagram(TransportTuple tuple, byte[] bytes, int offset, int length, long nowNs) {
    if (closed) {
      return false;
    }
    this.nowNs = nowNs;
    session.counters().onDatagramReceived(length, nowNs);
    try {
      boolean recognised = read(tuple, bytes, offset, length);
      wake.by(nextDeadlineNs());
      return recognised;
    } catch (RuntimeException fault) {
      router.onFault(this, fault, nowNs);
      return false;
    }
  }

  private boolean read(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (length == 0) {
      return drop(GateDrop.TOO_SHORT);
    }
    DatagramKind kind = DatagramKind.of(bytes[offset]);
    if (kind == DatagramKind.STUN) {
      return onStun(tuple, bytes, offset, length);
    }
    if (!ice.isValid(tuple)) {
      return drop(GateDrop.UNVERIFIED_TUPLE);
    }
    return switch (kind) {
      case RTP_OR_RTCP -> onSrtp(tuple, bytes, offset, length);
      case DTLS -> onDtls(tuple, bytes, offset, length);
      default -> drop(GateDrop.UNKNOWN_KIND);
    };
  }

  private boolean drop(GateDrop reason) {
    gates.count(reason);
    return false;
  }

  /** One datagram may bring several records: what they bring to others leaves together. */
  private boolean onDtls(TransportTuple tuple, byte[] bytes, int offset, int length) {
    environment.departures().begin();
    try {
      amplification.onReceived(tuple, length);
      DtlsArrival arrival = dtls.onDatagram(bytes, offset, length);
      if (arrival == DtlsArrival.AUTHENTIC) {
        ice.onAuthentic(tuple, nowNs);
      } else if (arrival == DtlsArrival.HANDSHAKE) {
        ice.onHandshake(tuple, nowNs);
      }
      sendHeld();
      return arrival != DtlsArrival.NOTHING;
    } finally {
      environment.departures().end(nowNs);
    }
  }

  private boolean onStun(TransportTuple tuple, byte[] bytes, int offset, int length) {
    Malformed wrong = stun.parse(bytes, offset, length);
    if (wrong != null) {
      return drop(GateDrop.MALFORMED_STUN);
    }
    answerBytes = 0;
    IceDrop refused = ice.onBindingRequest(stun, tuple, nowNs);
    if (refused != null) {
      gates.countIce(refused);
    } else {
      amplification.onReceived(tuple, length);
      amplification.onSent(tuple, answerBytes);
    }
    startDtlsIfReady();
    sendHeld();
    return refused == null;
  }

  /** Handshake datagrams that waited for the peer to show that it is at its address. */
  private void sendHeld() {
    for (byte[] datagram; (datagram = amplification.next(selectedTuple)) != null; ) {
      transmit(selectedTuple, datagram, 0, datagram.length);
    }
  }

  private boolean onSrtp(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (length < 2) {
      return drop(GateDrop.TOO_SHORT);
    }
    if (!dtls.isConnected()) {
      return drop(GateDrop.NOT_CONNECTED);
    }
    boolean rtcp = RtpPacket.isRtcp(bytes[offset + 1]);
    int plain = rtcp ? dtls.srtp().unprotectRtcp(bytes, offset, length, environment.plain, nowNs)
        : dtls.srtp().unprotectRtp(bytes, offset, length, environment.plain);
    if (plain < 0) {
      gates.countSrtp(plain);
      return false;
    }
    onAuthentic(tuple);
    if (rtcp) {
      session.onRtcp(environment.plain, 0, plain, nowNs);
    } else {
      onRtp(plain);
    }
    return true;
  }

  /** Takes note that the packet which SRTP has just authenticated came from that tuple. */
  private void onAuthentic(TransportTuple tuple) {
    if (dtls.srtp().isNewest()) {
      ice.onAuthentic(tuple, nowNs);
    }
  }

  /** Authentic RTP, in the clear, is in {@link RouterEnvironment#plain}. */
  private void onRtp(int length) {
    if (policer.admits(length, nowNs)) {
      session.onRtp(environment.plain, 0, length, nowNs);
      return;
    }
    session.counters().count(RtpDrop.OVER_RATE);
    if (policer.onRefused(nowNs)) {
      router.events().onMediaPoliced(id);
    }
  }

  /** The TCP connection of that tuple is gone. */
  public void onTupleClosed(TransportTuple tuple) {
    guarded(() -> ice.onTupleClosed(tuple));
  }

  /** Something that the world tells us outside a datagram. */
  private void guarded(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException fault) {
      router.onFault(this, fault, nowNs);
    }
  }

  @Override
  public boolean isConnected() {
    return dtls.isConnected() && selectedTuple != null && !closed;
  }

  @Override
  public boolean sendsTogether() {
    return selectedTuple != null && network.sendsTogether(selectedTuple);
  }

  private void transmit(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (tuple != null) {
      session.counters().onDatagramSent(length, nowNs);
      network.send(tuple, bytes, offset, length);
    }
  }

  @Override
  public void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs) {
    this.nowNs = nowNs;
    int protectedLength = dtls.srtp().protectRtp(packet, offset, headerLength, length);
    if (protectedLength > 0) {
      transmit(selectedTuple, packet, offset, protectedLength);
    }
  }

  @Override
  public void sendRtcp(byte[] packet, int offset, int length, long nowNs) {
    int protectedLength = dtls.srtp().protectRtcp(packet, offset, length);
    if (protectedLength > 0) {
      transmit(selectedTuple, packet, offset, protectedLength);
    }
  }

  @Override
  public Producer produce(ProducerOptions options, long nowNs) {
    requireOpen();
    Producer producer = session.produce(options, nowNs);
    if (dtls.srtp() != null) {
      dtls.srtp().forgetRetired(session::isReceived, nowNs);
    }
    return producer;
  }

  @Override
  public Consumer consume(ConsumerOptions options, long nowNs) {
    requireOpen();
    return session.consume(options, nowNs);
  }

  @Override
  public void remove(Producer producer) {
    session.remove(producer);
    SrtpSession srtp = dtls.srtp();
    if (srtp != null) {
      for (ProducerStream stream : producer.streams()) {
        if (stream.started()) {
          srtp.retireRemote(stream.ssrc(), nowNs);
        }
        stream.rtxSsrc().ifPresent(ssrc -> srtp.retireRemote(ssrc, nowNs));
      }
    }
  }

  @Override
  public void remove(Consumer consumer) {
    session.remove(consumer);
    SrtpSession srtp = dtls.srtp();
    if (srtp != null) {
      srtp.forgetLocal(consumer.ssrc());
      consumer.rtxSsrc().ifPresent(srtp::forgetLocal);
    }
  }

  @Override
  public void onDeadlineChanged() {
    session.onDeadlineChanged();
    wake.by(nextDeadlineNs());
  }

  @Override
  public long nextDeadlineNs() {
    long own = Math.min(ice.nextDeadlineNs(), session.nextDeadlineNs());
    return sctp == null ? own : Math.min(own, sctp.nextDeadlineNs());
  }

  @Override
  public void onTimeout(long nowNs) {
    this.nowNs = nowNs;
    if (ice.nextDeadlineNs() <= nowNs) {
      ice.onTimeout(nowNs);
    }
    if (session.nextDeadlineNs() <= nowNs) {
      session.onTimeout(nowNs);
    }
    if (sctp != null && sctp.nextDeadlineNs() <= nowNs) {
      sctp.onTimeout(nowNs);
    }
  }

  @Override
  public void close(long nowNs) {
    if (closed) {
      return;
    }
    this.nowNs = nowNs;
    closed = true;
    TearDown.all(
        () -> session.close(nowNs),
        () -> {
          if (sctp != null) {
            sctp.close(nowNs);
          }
        },
        dtls::close,
        ice::close,
        () -> router.remove(this));
  }

  /** The data half, made when it is first needed; the peer's INIT opens the association. */
  private SctpLink sctp() {
    if (sctp == null) {
      sctp = new SctpLink(this, router, SctpOptions.ofDataChannels(), dtls::send);
      if (dtls.isConnected()) {
        sctp.onLowerConnected(dtls.localRole() == DtlsRole.CLIENT);
      }
    }
    return sctp;
  }

  /** Of the association; null while there is none. */
  public SctpCounters sctpCounters() {
    return sctp == null ? null : sctp.counters();
  }

  /** Null while nobody has spoken of data. */
  public SctpLinkState sctpState() {
    return sctp == null ? null : sctp.state();
  }

  @Override
  public DataProducer produceData(DataProducerOptions options, long nowNs) {
    requireOpen();
    return sctp().produceData(options, nowNs);
  }

  @Override
  public DataConsumer consumeData(DataConsumerOptions options, long nowNs) {
    requireOpen();
    return sctp().consumeData(options, nowNs);
  }

  private final class IceEffects implements IceLiteAgent.Sink {
    @Override
    public void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple) {
      answerBytes += length;
      transmit(tuple, bytes, offset, length);
    }

    @Override
    public void onTupleAdded(TransportTuple tuple) {
      network.onTupleAdded(WebRtcTransport.this, tuple);
    }

    @Override
    public void onTupleRemoved(TransportTuple tuple) {
      amplification.onRemoved(tuple);
      network.onTupleRemoved(WebRtcTransport.this, tuple);
    }

    @Override
    public void onSelectedTupleChanged(TransportTuple tuple) {
      selectedTuple = tuple;
    }

    @Override
    public void onIceStateChanged(IceState from, IceState to) {
      router.events().onIceStateChanged(id, from, to, selectedTuple);
      if (to.isUsable() && dtls.isConnected() && !from.isUsable()) {
        session.onConnected(nowNs);
      } else if (to == IceState.DISCONNECTED) {
        session.onDisconnected();
      }
    }

    @Override
    public void onLocalUsernameFragmentRetired(String usernameFragment) {
      network.onUsernameFragmentRetired(WebRtcTransport.this, usernameFragment);
    }
  }

  private final class DtlsEffects implements DtlsAssociation.Sink {
    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      if (selectedTuple != null && amplification.take(selectedTuple, length)) {
        transmit(selectedTuple, bytes, offset, length);
      } else if (!amplification.hold(bytes, offset, length)) {
        gates.count(GateDrop.UNPROVEN_ADDRESS);
      }
    }

    @Override
    public void onDtlsStateChanged(DtlsState state, String reason) {
      guarded(() -> {
        if (state == DtlsState.CONNECTED) {
          amplification.onProven();
          sendHeld();
        }
        router.events().onDtlsStateChanged(id, state, reason);
        onDtlsChangedForSctp(state);
        if (state == DtlsState.CONNECTED && ice.state().isUsable()) {
          session.onConnected(nowNs);
          wake.by(nextDeadlineNs());
        } else if (state == DtlsState.FAILED || state == DtlsState.CLOSED) {
          // Without DTLS nothing goes in or out any more; the room decides when the transport closes.
          session.onDisconnected();
        }
      });
    }

    private void onDtlsChangedForSctp(DtlsState state) {
      if (sctp == null || closed) {
        return;
      }
      if (state == DtlsState.CONNECTED) {
        sctp.onLowerConnected(dtls.localRole() == DtlsRole.CLIENT);
      } else if (state == DtlsState.FAILED || state == DtlsState.CLOSED) {
        sctp.onLowerClosed(nowNs);
      }
    }

    @Override
    public boolean admitsRecord() {
      return policer.admitsRecord(nowNs);
    }

    @Override
    public void onRecordAuthenticated() {
      policer.onRecord(nowNs);
    }

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {
      sctp().onPacket(bytes, offset, length, nowNs);
    }
  }

  @Override
  public List<Map<String, Object>> stats(long nowNs, long unixMs) {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "webrtc-transport");
    stats.put("transportId", id);
    stats.put("timestamp", unixMs);
    stats.put("iceRole", "controlled");
    stats.put("iceState", ice.state().label());
    stats.put("dtlsState", dtls.state().name().toLowerCase(Locale.ROOT));
    if (selectedTuple != null) {
      stats.put("iceSelectedTuple", Map.of(
          "localAddress", selectedTuple.local().getAddress().getHostAddress(),
          "localPort", selectedTuple.local().getPort(),
          "remoteIp", selectedTuple.remote().getAddress().getHostAddress(),
          "remotePort", selectedTuple.remote().getPort(),
          "protocol", selectedTuple.protocol() == TransportTuple.Protocol.UDP ? "udp" : "tcp"));
    }
    if (sctp != null) {
      stats.put("sctpState", sctp.state().label());
    }
    session.addStats(stats, nowNs);
    return List.of(stats);
  }

  @Override
  public void dump(Dump out) {
    out.value("id", id)
        .value("iceState", ice.state())
        .value("dtlsState", dtls.state())
        .value("selectedTuple", selectedTuple)
        .value("tuples", ice.tupleCount())
        .part("gates", gates::dump)
        .part("policer", policer::dump)
        .value("consentDeadlineNs", ice.nextDeadlineNs())
        .part("iceDrops", part -> {
          for (IceDrop reason : IceDrop.values()) {
            if (ice.drops(reason) > 0) {
              part.value(reason.label(), ice.drops(reason));
            }
          }
        })
        .part("srtp", part -> {
          if (dtls.srtp() != null) {
            dtls.srtp().dump(part);
          }
        })
        .part("sctp", part -> {
          if (sctp != null) {
            sctp.dump(part);
          }
        })
        .part("session", session::dump);
  }
}
