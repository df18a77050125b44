package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunMessage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;

/** A client and an agent, and between them a made-up network that loses, delays, reorders and doubles. Time is a number. */
final class VirtualIceNetwork {
  static final long MS = 1_000_000L;
  static final long SECOND = 1000 * MS;

  private static final int MAX_EVENTS_AT_ONCE = 1000;
  private static final InetSocketAddress SERVER = new InetSocketAddress("192.0.2.1", 40000);

  private record Arrival(long atNs, long order, byte[] bytes, TransportTuple tuple, boolean atAgent) {}

  final IceLiteAgent agent;
  final IceControllingClient client;
  /** Every state of either, in order: {@code agent new→connected}. */
  final List<String> states = new ArrayList<>();
  final Set<String> retired = new HashSet<>();
  long nowNs;
  /** Of packets in each direction. */
  double loss;
  /** The longest time that the agent had nothing selected after it was first connected. */
  long longestGapNs;
  long sentToAgentBytes;
  long sentToClientBytes;

  private final SplittableRandom random;
  private final PriorityQueue<Arrival> flying = new PriorityQueue<>(
      (a, b) -> a.atNs != b.atNs ? Long.compare(a.atNs, b.atNs) : Long.compare(a.order, b.order));
  private final Map<TransportTuple, TransportTuple> agentTuples = new HashMap<>();
  private final Map<TransportTuple, TransportTuple> clientTuples = new HashMap<>();
  private final Set<TransportTuple> dead = new HashSet<>();
  private final StunMessage message = new StunMessage();
  private long order;
  private long gapSinceNs = -1;

  VirtualIceNetwork(long seed, double loss, IceCredentials agentCredentials, IceCredentials clientBelieves) {
    random = new SplittableRandom(seed);
    this.loss = loss;
    agent = new IceLiteAgent(agentCredentials, IceOptions.DEFAULT, new AgentSink());
    client = new IceControllingClient("client", clientBelieves, IceOptions.DEFAULT, random.split(), new ClientSink());
  }

  /** One more address of the client; the tuple as the client sees it. */
  TransportTuple addPath(int port) {
    InetSocketAddress address = new InetSocketAddress("198.51.100.4", port);
    TransportTuple ofClient = new TransportTuple(TransportTuple.Protocol.UDP, address, SERVER);
    TransportTuple ofAgent = new TransportTuple(TransportTuple.Protocol.UDP, SERVER, address);
    agentTuples.put(ofClient, ofAgent);
    clientTuples.put(ofAgent, ofClient);
    client.addTuple(ofClient, nowNs);
    return ofClient;
  }

  TransportTuple atAgent(TransportTuple ofClient) {
    return agentTuples.get(ofClient);
  }

  void kill(TransportTuple ofClient) {
    dead.add(ofClient);
  }

  void revive(TransportTuple ofClient) {
    dead.remove(ofClient);
  }

  void runFor(long durationNs) {
    long endNs = nowNs + durationNs;
    int eventsNow = 0;
    for (long nextNs; (nextNs = nextEventNs()) <= endNs; ) {
      eventsNow = nextNs > nowNs ? 0 : eventsNow + 1;
      if (eventsNow > MAX_EVENTS_AT_ONCE) {
        throw new IllegalStateException("a deadline that never rests");
      }
      nowNs = Math.max(nowNs, nextNs);
      if (!flying.isEmpty() && flying.peek().atNs <= nowNs) {
        arrive(flying.poll());
      } else if (client.nextDeadlineNs() <= nowNs) {
        client.onTimeout(nowNs);
      } else {
        agent.onTimeout(nowNs);
      }
    }
    nowNs = endNs;
    if (gapSinceNs >= 0) {
      longestGapNs = Math.max(longestGapNs, nowNs - gapSinceNs);
    }
  }

  private long nextEventNs() {
    long arrivalNs = flying.isEmpty() ? Long.MAX_VALUE : flying.peek().atNs;
    return Math.min(arrivalNs, Math.min(client.nextDeadlineNs(), agent.nextDeadlineNs()));
  }

  private void arrive(Arrival arrival) {
    if (message.parse(arrival.bytes, 0, arrival.bytes.length) != null) {
      throw new IllegalStateException("malformed on the way");
    }
    if (arrival.atAgent) {
      agent.onBindingRequest(message, arrival.tuple, nowNs);
    } else {
      client.onStun(message, arrival.tuple, nowNs);
    }
  }

  private void send(byte[] bytes, int offset, int length, TransportTuple to, boolean atAgent) {
    if (dead.contains(atAgent ? clientTuples.get(to) : to)) {
      return;
    }
    for (int copies = random.nextInt(50) == 0 ? 2 : 1; copies > 0; copies--) {
      if (random.nextDouble() >= loss) {
        long atNs = nowNs + (10 + random.nextInt(140)) * MS;
        flying.add(new Arrival(atNs, order++, Arrays.copyOfRange(bytes, offset, offset + length), to, atAgent));
      }
    }
  }

  private final class AgentSink implements IceLiteAgent.Sink {
    @Override
    public void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple) {
      sentToClientBytes += length;
      send(bytes, offset, length, clientTuples.get(tuple), false);
    }

    @Override
    public void onTupleAdded(TransportTuple tuple) {}

    @Override
    public void onTupleRemoved(TransportTuple tuple) {}

    @Override
    public void onSelectedTupleChanged(TransportTuple tuple) {
      if (tuple == null) {
        gapSinceNs = nowNs;
      } else if (gapSinceNs >= 0) {
        longestGapNs = Math.max(longestGapNs, nowNs - gapSinceNs);
        gapSinceNs = -1;
      }
    }

    @Override
    public void onIceStateChanged(IceState from, IceState to) {
      states.add("agent " + from.label() + "→" + to.label());
    }

    @Override
    public void onLocalUsernameFragmentRetired(String usernameFragment) {
      retired.add(usernameFragment);
    }
  }

  private final class ClientSink implements IceControllingClient.Sink {
    @Override
    public void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple) {
      sentToAgentBytes += length;
      send(bytes, offset, length, agentTuples.get(tuple), true);
    }

    @Override
    public void onIceStateChanged(IceState from, IceState to) {
      states.add("client " + from.label() + "→" + to.label());
    }

    @Override
    public void onSelectedTupleChanged(TransportTuple tuple) {}
  }
}
