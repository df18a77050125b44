package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.parameters.ConsumerParameters;
import io.plenum.media.parameters.RtpCapabilities;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Carries packets from producers to consumers, over transports that all live on one event loop for life. A table of
 * contents: {@link Producer} fans out, {@link Consumer} selects and sends, a {@link Transport} speaks to the network.
 *
 * <p>Closing goes downwards and in one order: a router closes its transports; a transport its producers, then its
 * consumers; a producer its consumers. Whoever closes tells the level above once ({@code docs/close-cascade.md}).
 */
public final class Router {
  private final String id;
  private final RtpCapabilities rtpCapabilities;
  private final RouterEnvironment environment;
  private final Map<String, Transport> transports = new LinkedHashMap<>();
  private final Map<String, DeadlineQueue.Wake> wakes = new HashMap<>();
  private final Map<String, Producer> producers = new LinkedHashMap<>();
  private final Map<String, Consumer> consumers = new LinkedHashMap<>();
  private final Map<String, DataProducer> dataProducers = new LinkedHashMap<>();
  private final Map<String, DataConsumer> dataConsumers = new LinkedHashMap<>();
  private final AudioLevels audioLevels;
  private RouterListener events = new RouterListener() {};
  private boolean closed;

  public Router(String id, RtpCapabilities rtpCapabilities, RouterEnvironment environment) {
    this.id = id;
    this.rtpCapabilities = rtpCapabilities;
    this.environment = environment;
    this.audioLevels = new AudioLevels(this);
  }

  public String id() {
    return id;
  }

  public RtpCapabilities rtpCapabilities() {
    return rtpCapabilities;
  }

  /** Randomness, the wall clock's offset and scratch memory, shared by all that lives on the router's loop. */
  public RouterEnvironment environment() {
    return environment;
  }

  public void listener(RouterListener listener) {
    this.events = listener;
  }

  /** Where parts of the router report to. */
  public RouterListener events() {
    return events;
  }

  AudioLevels audioLevels() {
    return audioLevels;
  }

  /**
   * A transport adds itself when it is made.
   *
   * @return by which it says when it wants to be woken
   * @throws PlenumException {@code already-exists}, {@code router-closed}
   */
  public DeadlineQueue.Wake add(Transport transport) {
    if (closed) {
      throw new PlenumException("router-closed", "the router is closed");
    }
    add(transports, "transport", transport.id(), transport);
    DeadlineQueue.Wake wake = environment.deadlines().add(nowNs -> timeOut(transport, nowNs));
    wakes.put(transport.id(), wake);
    wake.by(transport.nextDeadlineNs());
    return wake;
  }

  /** A transport removes itself when it closes. */
  public void remove(Transport transport) {
    transports.remove(transport.id());
    DeadlineQueue.Wake wake = wakes.remove(transport.id());
    if (wake != null) {
      wake.cancel();
    }
  }

  /** @throws PlenumException {@code already-exists} */
  public void add(Producer producer) {
    add(producers, "producer", producer.id(), producer);
  }

  void remove(Producer producer) {
    producers.remove(producer.id());
    audioLevels.remove(producer);
  }

  /** @throws PlenumException {@code already-exists} */
  public void add(Consumer consumer) {
    add(consumers, "consumer", consumer.id(), consumer);
    environment.onConsumers(1);
  }

  /** @throws PlenumException {@code already-exists} */
  public void add(DataProducer producer) {
    add(dataProducers, "data producer", producer.id(), producer);
  }

  void remove(DataProducer producer) {
    dataProducers.remove(producer.id());
  }

  /** @throws PlenumException {@code already-exists} */
  public void add(DataConsumer consumer) {
    add(dataConsumers, "data consumer", consumer.id(), consumer);
  }

  void remove(DataConsumer consumer) {
    dataConsumers.remove(consumer.id());
  }

  private static <T> void add(Map<String, T> all, String what, String id, T object) {
    refuseTaken(all, what, id);
    all.put(id, object);
  }

  private static void refuseTaken(Map<String, ?> all, String what, String id) {
    if (all.containsKey(id)) {
      throw new PlenumException("already-exists", "the router has a " + what + " with the id " + id);
    }
  }

  void remove(Consumer consumer) {
    if (consumers.remove(consumer.id()) != null) {
      environment.onConsumers(-1);
    }
  }

  /** @throws PlenumException {@code transport-not-found} */
  public Transport transport(String transportId) {
    return found(transports.get(transportId), "transport", transportId);
  }

  /** @throws PlenumException {@code producer-not-found} */
  public Producer producer(String producerId) {
    return found(producers.get(producerId), "producer", producerId);
  }

  /** @throws PlenumException {@code consumer-not-found} */
  public Consumer consumer(String consumerId) {
    return found(consumers.get(consumerId), "consumer", consumerId);
  }

  /** @throws PlenumException {@code data-producer-not-found} */
  public DataProducer dataProducer(String dataProducerId) {
    return found(dataProducers.get(dataProducerId), "data-producer", dataProducerId);
  }

  /** @throws PlenumException {@code data-consumer-not-found} */
  public DataConsumer dataConsumer(String dataConsumerId) {
    return found(dataConsumers.get(dataConsumerId), "data-consumer", dataConsumerId);
  }

  public boolean hasTransport(String transportId) {
    return transports.containsKey(transportId);
  }

  public boolean hasProducer(String producerId) {
    return producers.containsKey(producerId);
  }

  public boolean hasDataProducer(String dataProducerId) {
    return dataProducers.containsKey(dataProducerId);
  }

  /** @throws PlenumException {@code already-exists} */
  public void requireFreeProducerId(String producerId) {
    refuseTaken(producers, "producer", producerId);
  }

  /** @throws PlenumException {@code already-exists} */
  public void requireFreeConsumerId(String consumerId) {
    refuseTaken(consumers, "consumer", consumerId);
  }

  /** @throws PlenumException {@code already-exists} */
  public void requireFreeDataProducerId(String dataProducerId) {
    refuseTaken(dataProducers, "data producer", dataProducerId);
  }

  /** @throws PlenumException {@code already-exists} */
  public void requireFreeDataConsumerId(String dataConsumerId) {
    refuseTaken(dataConsumers, "data consumer", dataConsumerId);
  }

  /** Whether an endpoint with these capabilities could consume that producer; false if there is no such producer. */
  public boolean canConsume(String producerId, RtpCapabilities endpoint) {
    Producer producer = producers.get(producerId);
    return producer != null && ConsumerParameters.canConsume(producer.consumableRtpParameters(), endpoint);
  }

  private static <T> T found(T object, String what, String id) {
    if (object == null) {
      throw new PlenumException(what + "-not-found", "the router has no " + what + " with the id " + id);
    }
    return object;
  }

  /** Closing what is gone already changes nothing. */
  public void closeTransport(String transportId, long nowNs) {
    Transport transport = transports.get(transportId);
    if (transport != null) {
      transport.close(nowNs);
    }
  }

  public int transportCount() {
    return transports.size();
  }

  public int producerCount() {
    return producers.size();
  }

  public int consumerCount() {
    return consumers.size();
  }

  private long timeOut(Transport transport, long nowNs) {
    try {
      if (transport.nextDeadlineNs() <= nowNs) {
        transport.onTimeout(nowNs);
      }
      return transport.nextDeadlineNs();
    } catch (RuntimeException fault) {
      onFault(transport, fault, nowNs);
      return Long.MAX_VALUE;
    }
  }

  /**
   * A bug of ours: that one transport closes with a dump, the router goes on. Called wherever the world calls a transport
   * ({@link #timeOut}, the transport's own entrances) and wherever one transport's packet reaches another
   * ({@link Producer}), so that the transport that closes is the one whose code failed. A transport that is closing
   * already has told its first fault, and that is the one that counts.
   */
  public void onFault(Transport transport, RuntimeException fault, long nowNs) {
    if (transports.get(transport.id()) != transport) {
      return;
    }
    Dump dump = new Dump();
    try {
      transport.dump(dump);
    } catch (RuntimeException second) {
      dump.value("dumpFailed", second);
    }
    remove(transport);
    try {
      transport.close(nowNs);
    } catch (RuntimeException second) {
      fault.addSuppressed(second);
    }
    events.onTransportFaulted(transport.id(), fault, dump.tree());
  }

  public void close(long nowNs) {
    if (closed) {
      return;
    }
    closed = true;
    for (Transport transport : List.copyOf(transports.values())) {
      try {
        transport.close(nowNs);
      } catch (RuntimeException fault) {
        onFault(transport, fault, nowNs);
      }
    }
    audioLevels.close();
  }

  public void dump(Dump out) {
    out.value("id", id)
        .list("transports", transports.values(), Transport::dump)
        .list("producers", producers.values(), Producer::dump)
        .list("consumers", consumers.values(), Consumer::dump)
        .list("dataProducers", dataProducers.values(), DataProducer::dump)
        .list("dataConsumers", dataConsumers.values(), DataConsumer::dump);
  }
}
