package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.DeadlineQueue;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.router.RouterListener;
import io.plenum.media.router.Transport;
import io.plenum.media.congestion.SimulatedLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A router, publishers, and subscribers behind bottlenecks, all on one made-up clock. */
final class SimulatedRoom implements RouterListener {
  static final long MS = 1_000_000;
  static final long SECOND = 1_000 * MS;

  record LayerChange(String consumerId, int spatialLayer, int temporalLayer, long atNs) {}

  record Estimate(long desiredBps, long availableBps, long atNs) {}

  final long seed;
  final Router router;
  final List<LayerChange> layerChanges = new ArrayList<>();
  final List<Estimate> estimates = new ArrayList<>();
  long now = 7 * SECOND;
  private final Map<String, LayerChange> current = new HashMap<>();
  private final List<SimulatedPublisher> publishers = new ArrayList<>();
  private final List<Runnable> steps = new ArrayList<>();
  private final List<SimulatedSubscriber> subscribers = new ArrayList<>();
  private final List<SessionTransport> transports = new ArrayList<>();
  private int number;

  SimulatedRoom(long seed) {
    this.seed = seed;
    router = new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
        new RouterEnvironment(new Random(seed), 0));
    router.listener(this);
  }

  int nextNumber() {
    return ++number;
  }

  SimulatedPublisher publisher(long... bitratesBps) {
    return publisher(false, bitratesBps);
  }

  SimulatedPublisher publisher(boolean dtx, long... bitratesBps) {
    SimulatedPublisher publisher = new SimulatedPublisher(this, dtx, bitratesBps);
    publishers.add(publisher);
    return publisher;
  }

  /** Happens once a millisecond. */
  void onStep(Runnable step) {
    steps.add(step);
  }

  SimulatedSubscriber subscriber(Downlink.Kind kind, long capacityBps) {
    SimulatedSubscriber subscriber = new SimulatedSubscriber(this, kind,
        new SimulatedLink(seed, capacityBps, 20 * MS, 300 * MS, 0, MS / 2));
    subscribers.add(subscriber);
    return subscriber;
  }

  void run(double seconds) {
    long end = now + (long) (seconds * SECOND);
    while (now < end) {
      now += MS;
      publishers.forEach(SimulatedPublisher::step);
      steps.forEach(Runnable::run);
      subscribers.forEach(SimulatedSubscriber::step);
      transports.forEach(transport -> transport.wake.by(transport.session.nextDeadlineNs()));
      router.environment().deadlines().onTimeout(now);
    }
  }

  @Override
  public void onConsumerLayersChanged(String consumerId, int spatialLayer, int temporalLayer) {
    LayerChange change = new LayerChange(consumerId, spatialLayer, temporalLayer, now);
    layerChanges.add(change);
    current.put(consumerId, change);
  }

  @Override
  public void onDownlinkEstimate(String transportId, long desiredBps, long effectiveDesiredBps, long availableBps) {
    estimates.add(new Estimate(desiredBps, availableBps, now));
  }

  /** -1 for nothing. */
  int spatialLayer(Consumer consumer) {
    return current.containsKey(consumer.id()) ? current.get(consumer.id()).spatialLayer : -1;
  }

  int temporalLayer(Consumer consumer) {
    return current.containsKey(consumer.id()) ? current.get(consumer.id()).temporalLayer : -1;
  }

  /** Changes of the spatial layer since then. */
  long spatialChanges(Consumer consumer, long sinceNs) {
    int last = Integer.MIN_VALUE;
    long count = 0;
    for (LayerChange change : layerChanges) {
      if (change.consumerId.equals(consumer.id())) {
        count += change.atNs > sinceNs && last != change.spatialLayer ? 1 : 0;
        last = change.spatialLayer;
      }
    }
    return count;
  }

  RtpSession session(RtpLink link) {
    SessionTransport transport = new SessionTransport("transport" + nextNumber());
    transport.session = new RtpSession(transport, router, link);
    transport.wake = router.add(transport);
    transports.add(transport);
    return transport.session;
  }

  /** A transport that is nothing but its session. */
  private final class SessionTransport implements Transport {
    private final String id;
    private RtpSession session;
    private DeadlineQueue.Wake wake;

    SessionTransport(String id) {
      this.id = id;
    }

    @Override
    public String id() {
      return id;
    }

    @Override
    public Producer produce(ProducerOptions options, long nowNs) {
      return session.produce(options, nowNs);
    }

    @Override
    public Consumer consume(ConsumerOptions options, long nowNs) {
      return session.consume(options, nowNs);
    }

    @Override
    public void remove(Producer producer) {
      session.remove(producer);
    }

    @Override
    public void remove(Consumer consumer) {
      session.remove(consumer);
    }

    @Override
    public void onDeadlineChanged() {
      session.onDeadlineChanged();
      wake.by(session.nextDeadlineNs());
    }

    @Override
    public long nextDeadlineNs() {
      return session.nextDeadlineNs();
    }

    @Override
    public void onTimeout(long nowNs) {
      session.onTimeout(nowNs);
    }

    @Override
    public void close(long nowNs) {
      session.close(nowNs);
      router.remove(this);
    }

    @Override
    public List<Map<String, Object>> stats(long nowNs, long unixMs) {
      Map<String, Object> stats = new HashMap<>();
      session.addStats(stats, nowNs);
      return List.of(stats);
    }

    @Override
    public void dump(Dump out) {
      session.dump(out);
    }
  }
}
