package io.plenum.simulation;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.RouterListener;
import io.plenum.media.router.SctpLinkState;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.plenum.protocol.ice.UsernameFragmentTable;
import io.plenum.protocol.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;

/** A router, and in place of sockets the tables by which a datagram finds its transport. What it reports is kept. */
public final class SimulatedNode implements WebRtcTransport.Network {
  public static final InetSocketAddress ADDRESS = new InetSocketAddress("192.0.2.1", 40_000);
  /** 2026-01-01, so that NTP times look like themselves. */
  private static final long NTP_AT_ZERO = 3_976_214_400L << 32;

  /** What a peer may send by default. */
  public static final MediaPolicer.Rates MEDIA_RATES = MediaPolicer.Rates.ofMbit(40, 8_000);

  /** Takes what the node sends. */
  public interface Outlet {
    void send(InetSocketAddress to, byte[] bytes, int offset, int length);
  }

  private record Route(TransportTuple tuple, WebRtcTransport transport) {}

  private final VirtualTime time;
  private final Router router;
  private final Outlet outlet;
  private final UsernameFragmentTable<WebRtcTransport> fragments = new UsernameFragmentTable<>();
  private final Map<InetSocketAddress, Route> routes = new HashMap<>();
  private final StunMessage stun = new StunMessage();
  /** What the router reported, in order, as words. */
  public final List<String> events = new ArrayList<>();
  public final Map<String, Throwable> faults = new LinkedHashMap<>();
  public final Map<String, Map<String, Object>> dumps = new LinkedHashMap<>();
  /** What came lately from the outside, newest last; off until {@link #capture}. */
  private final ArrayDeque<byte[]> captured = new ArrayDeque<>();
  private int maxCaptured;
  private InetSocketAddress capturedFrom;
  private long strangers;
  private WebRtcTransport brokenLink;
  private MediaPolicer policer;

  public SimulatedNode(VirtualTime time, SplittableRandom random, Outlet outlet) {
    this.time = time;
    this.outlet = outlet;
    router = new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
        new RouterEnvironment(random, NTP_AT_ZERO));
    router.listener(new Recorder());
    time.drive(router.environment().deadlines()::nextDeadlineNs, router.environment().deadlines()::onTimeout);
  }

  /** Of the transports that are made from now on; null for each its own. */
  public void policer(MediaPolicer next) {
    policer = next;
  }

  public Router router() {
    return router;
  }

  public WebRtcTransport createTransport(String id, Function<DtlsSession.Sink, DtlsSession> dtls) {
    return new WebRtcTransport(id, router, this, List.of(), IceOptions.DEFAULT,
        policer == null ? new MediaPolicer(MEDIA_RATES) : policer, dtls);
  }

  /** What a socket hands over. */
  public void receive(InetSocketAddress from, byte[] bytes, int offset, int length) {
    if (from.equals(capturedFrom)) {
      captured.addLast(Arrays.copyOfRange(bytes, offset, offset + length));
      if (captured.size() > maxCaptured) {
        captured.removeFirst();
      }
    }
    Route route = routes.get(from);
    if (route != null) {
      route.transport.onDatagram(route.tuple, bytes, offset, length, time.nowNs());
      return;
    }
    WebRtcTransport asked = stun.parse(bytes, offset, length) == null && stun.hasUsername() ? fragments.find(stun) : null;
    if (asked == null) {
      strangers++;
    } else {
      asked.onDatagram(new TransportTuple(TransportTuple.Protocol.UDP, ADDRESS, from), bytes, offset, length,
          time.nowNs());
    }
  }

  /** Keeps the last datagrams of one sender from now on. */
  public void capture(InetSocketAddress from, int count) {
    capturedFrom = from;
    maxCaptured = count;
  }

  public List<byte[]> captured() {
    return List.copyOf(captured);
  }

  /** The one object that stands for that sender's tuple. */
  public TransportTuple tupleOf(InetSocketAddress from) {
    return routes.get(from).tuple;
  }

  /** Datagrams that belonged to nobody. */
  public long strangers() {
    return strangers;
  }

  public int routes() {
    return routes.size();
  }

  public int fragments() {
    return fragments.size();
  }

  /** From now on sending for that transport is a bug of ours. */
  public void breakLink(WebRtcTransport transport) {
    brokenLink = transport;
  }

  @Override
  public void send(TransportTuple tuple, byte[] bytes, int offset, int length) {
    if (brokenLink != null && brokenLink.accepts(tuple)) {
      throw new IllegalStateException("a bug of ours");
    }
    outlet.send(tuple.remote(), bytes, offset, length);
  }

  @Override
  public void onTupleAdded(WebRtcTransport transport, TransportTuple tuple) {
    routes.put(tuple.remote(), new Route(tuple, transport));
  }

  @Override
  public void onTupleRemoved(WebRtcTransport transport, TransportTuple tuple) {
    Route route = routes.get(tuple.remote());
    if (route != null && route.transport == transport) {
      routes.remove(tuple.remote());
    }
  }

  @Override
  public void onUsernameFragmentAdded(WebRtcTransport transport, String usernameFragment) {
    fragments.put(usernameFragment, transport);
  }

  @Override
  public void onUsernameFragmentRetired(WebRtcTransport transport, String usernameFragment) {
    fragments.remove(usernameFragment);
  }

  /** The events that begin with that word, in order. */
  public List<String> eventsOf(String word) {
    return events.stream().filter(event -> event.startsWith(word)).toList();
  }

  private final class Recorder implements RouterListener {
    @Override
    public void onIceStateChanged(String transportId, IceState from, IceState to, TransportTuple tuple) {
      events.add("ice " + transportId + " " + to.label());
    }

    @Override
    public void onDtlsStateChanged(String transportId, DtlsState state, String reason) {
      events.add("dtls " + transportId + " " + state);
    }

    @Override
    public void onTransportFaulted(String transportId, Throwable fault, Map<String, Object> dump) {
      events.add("fault " + transportId);
      faults.put(transportId, fault);
      dumps.put(transportId, dump);
    }

    @Override
    public void onMediaPoliced(String transportId) {
      events.add("policed " + transportId);
    }

    @Override
    public void onSctpStateChanged(String transportId, SctpLinkState state, String reason) {
      events.add("sctp " + transportId + " " + state.label());
    }

    @Override
    public void onDataProducerClosed(String dataProducerId) {
      events.add("dataProducerClosed " + dataProducerId);
    }

    @Override
    public void onDataConsumerClosed(String dataConsumerId) {
      events.add("dataConsumerClosed " + dataConsumerId);
    }

    @Override
    public void onDataConsumerProducerPaused(String dataConsumerId, boolean paused) {
      events.add("dataProducerPaused " + dataConsumerId + " " + paused);
    }

    @Override
    public void onDataConsumerSendBufferFull(String dataConsumerId) {
      events.add("sendBufferFull " + dataConsumerId);
    }

    @Override
    public void onDataConsumerBufferedAmountLow(String dataConsumerId, long bufferedAmount) {
      events.add("bufferedAmountLow " + dataConsumerId + " " + bufferedAmount);
    }

    @Override
    public void onConsumerClosed(String consumerId) {
      events.add("consumerClosed " + consumerId);
    }

    @Override
    public void onConsumerProducerPaused(String consumerId, boolean paused) {
      events.add("producerPaused " + consumerId + " " + paused);
    }

    @Override
    public void onConsumerLayersChanged(String consumerId, int spatialLayer, int temporalLayer) {
      events.add("layers " + consumerId + " " + spatialLayer + "." + temporalLayer);
    }

    @Override
    public void onConsumerScore(String consumerId, Object score) {
      events.add("consumerScore " + consumerId + " " + score);
    }

    @Override
    public void onProducerScore(String producerId, List<Integer> encodingScores, Object scores) {
      events.add("producerScore " + producerId + " " + scores);
    }

    @Override
    public void onAudioLevels(List<AudioLevel> loudestFirst) {
      events.add("levels " + loudestFirst);
    }
  }
}
