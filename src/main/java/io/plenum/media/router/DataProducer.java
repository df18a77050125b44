package io.plenum.media.router;

import io.plenum.media.Dump;
import io.plenum.media.parameters.SctpStreamParameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Messages that a peer (or the application) sends into the router, handed to every consumer they are for. */
public final class DataProducer {
  /** Whose it is: what closes with it. */
  public interface Owner {
    /** It has closed. */
    void remove(DataProducer producer, long nowNs);

    /** Whether who sends can be made to wait, and {@link DataProducer#onTimeout} will be called. */
    default boolean makesWait() {
      return false;
    }

    /** What bounds how much the sender may say; null if nothing does. */
    default DataPolicer policer() {
      return null;
    }

    /** A message waits: so many bytes of the sender's window are taken. */
    default void onHeld(DataProducer producer, int bytes) {}

    /** A message has been handed on, or dropped after it had waited. @param held it had waited */
    default void onHandedOn(DataProducer producer, int bytes, boolean held, long nowNs) {}
  }

  private final DataProducerOptions options;
  private final Router router;
  private final Owner owner;
  private final List<DataProducerListener> consumers = new ArrayList<>();
  private final HeldMessages held = new HeldMessages(new ToConsumers());
  /** Null: its sender may say as much as it likes. */
  private final DataPolicer policer;
  private final boolean mayLose;
  private boolean paused;
  private boolean closed;
  private long messagesReceived;
  private long bytesReceived;
  private long messagesDropped;

  public DataProducer(DataProducerOptions options, Router router, Owner owner) {
    this.options = options;
    this.router = router;
    this.owner = owner;
    this.policer = owner.policer();
    SctpStreamParameters promised = options.sctpStreamParameters();
    this.mayLose = promised != null && (promised.maxPacketLifeTime() != null || promised.maxRetransmits() != null);
    this.paused = options.paused();
  }

  public String id() {
    return options.id();
  }

  /** mediasoup's {@code sctp} or {@code direct}. */
  public String type() {
    return options.sctpStreamParameters() == null ? "direct" : "sctp";
  }

  /** Null if it is not over SCTP. */
  public SctpStreamParameters sctpStreamParameters() {
    return options.sctpStreamParameters();
  }

  public String label() {
    return options.label();
  }

  public String protocol() {
    return options.protocol();
  }

  public Map<String, Object> appData() {
    return options.appData();
  }

  public boolean paused() {
    return paused;
  }

  public boolean closed() {
    return closed;
  }

  public int consumerCount() {
    return consumers.size();
  }

  void add(DataProducerListener consumer) {
    consumers.add(consumer);
  }

  void remove(DataProducerListener consumer) {
    consumers.remove(consumer);
    held.forget(consumer);
  }

  /** A message came. While paused it goes nowhere, but counts. */
  public void onMessage(DataMessage message, Subchannels audience, long nowNs) {
    if (!paused && !(mayLose && isOverLimit(nowNs))) {
      relay(message, audience, nowNs);
    } else if (!closed) {
      count(message);
      if (!paused) {
        drop(DataDrop.OVER_LIMIT);
      }
    }
  }

  private boolean isOverLimit(long nowNs) {
    return policer != null && !policer.hasCredit(nowNs);
  }

  private void drop(DataDrop reason) {
    messagesDropped++;
    policer.onDropped(reason);
  }

  /**
   * A message came over a pipe: the origin lets none into it while it is paused, and learns of its resumption before we
   * do. What comes was meant to.
   */
  public void relay(DataMessage message, Subchannels audience, long nowNs) {
    if (closed) {
      return;
    }
    count(message);
    int bytes = message.content().length;
    if (!owner.makesWait() || !held.hold(message, audience, nowNs)) {
      handOn(message, audience, nowNs);
      owner.onHandedOn(this, bytes, false, nowNs);
    }
  }

  private void handOn(DataMessage message, Subchannels audience, long nowNs) {
    if (policer != null) {
      policer.pay(message.content().length, nowNs);
    }
    tell(consumer -> consumer.onMessage(message, audience, nowNs), nowNs);
  }

  private void handOnHeld(DataMessage message, Subchannels audience, long nowNs) {
    handOn(message, audience, nowNs);
    owner.onHandedOn(this, HeldMessages.cost(message), true, nowNs);
  }

  /** What waits goes to the consumers in its order before what comes later. */
  private final class ToConsumers implements HeldMessages.Way {
    @Override
    public List<DataProducerListener> holding(DataMessage message, Subchannels audience) {
      List<DataProducerListener> holding = List.of();
      for (DataProducerListener consumer : consumers) {
        if (consumer.holds(message, audience)) {
          holding = holding.isEmpty() ? new ArrayList<>() : holding;
          holding.add(consumer);
        }
      }
      return holding;
    }

    @Override
    public boolean hasCredit(long nowNs) {
      return !isOverLimit(nowNs);
    }

    @Override
    public long creditAtNs() {
      return policer.creditAtNs();
    }

    @Override
    public boolean hasOverdraft(long nowNs) {
      return policer == null || policer.hasOverdraft(nowNs);
    }

    @Override
    public void drop(DataMessage message, DataDrop reason, boolean wasHeld, long nowNs) {
      DataProducer.this.drop(reason);
      if (wasHeld) {
        owner.onHandedOn(DataProducer.this, HeldMessages.cost(message), true, nowNs);
      }
    }

    @Override
    public void onHeld(DataMessage message) {
      owner.onHeld(DataProducer.this, HeldMessages.cost(message));
    }

    @Override
    public void handOn(DataMessage message, Subchannels audience, long nowNs) {
      handOnHeld(message, audience, nowNs);
    }
  }

  /** A consumer has room again, or is gone. */
  void onRoom(long nowNs) {
    if (!closed) {
      together(held::proceed, nowNs);
    }
  }

  /** Several messages to each consumer: they leave together. */
  private void together(LongConsumer step, long nowNs) {
    DataDepartures departures = router.environment().departures();
    departures.begin();
    try {
      step.accept(nowNs);
    } finally {
      departures.end(nowNs);
    }
  }

  /** Messages wait for consumers, or for credit. */
  public boolean isHolding() {
    return !held.isEmpty();
  }

  /** When {@link #onTimeout} is due; its owner's matter, which says so with {@link Owner#makesWait}. */
  public long nextDeadlineNs() {
    return held.nextDeadlineNs();
  }

  public void onTimeout(long nowNs) {
    if (!closed) {
      held.onTimeout(nowNs);
    }
  }

  private void count(DataMessage message) {
    messagesReceived++;
    bytesReceived += message.content().length;
  }

  /** A copy: whoever fails takes its transport's consumers with it. */
  private void tell(Consumer<DataProducerListener> event, long nowNs) {
    for (DataProducerListener consumer : List.copyOf(consumers)) {
      try {
        event.accept(consumer);
      } catch (RuntimeException fault) {
        consumer.onFault(fault, nowNs);
      }
    }
  }

  public void pause(long nowNs) {
    setPaused(true, nowNs);
  }

  public void resume(long nowNs) {
    setPaused(false, nowNs);
  }

  private void setPaused(boolean wanted, long nowNs) {
    if (closed || paused == wanted) {
      return;
    }
    paused = wanted;
    tell(consumer -> consumer.onProducerPaused(wanted, nowNs), nowNs);
  }

  /** Closes its consumers first, then leaves the router and its owner. */
  public void close(long nowNs) {
    if (closed) {
      return;
    }
    together(held::handOnAll, nowNs);
    closed = true;
    tell(consumer -> consumer.onProducerClosed(nowNs), nowNs);
    consumers.clear();
    router.remove(this);
    owner.remove(this, nowNs);
  }

  /** mediasoup's {@code data-producer}. */
  public List<Map<String, Object>> stats(long unixMs) {
    Map<String, Object> stats = new LinkedHashMap<>();
    stats.put("type", "data-producer");
    stats.put("timestamp", unixMs);
    stats.put("label", label());
    stats.put("protocol", protocol());
    stats.put("messagesReceived", messagesReceived);
    stats.put("bytesReceived", bytesReceived);
    return List.of(stats);
  }

  public void dump(Dump out) {
    out.value("id", id()).value("type", type()).value("label", label()).value("protocol", protocol())
        .value("streamId", sctpStreamParameters() == null ? null : sctpStreamParameters().streamId())
        .value("paused", paused).value("consumers", consumers.size())
        .value("messagesReceived", messagesReceived).value("bytesReceived", bytesReceived)
        .value("messagesDropped", messagesDropped).part("held", held::dump);
  }
}
