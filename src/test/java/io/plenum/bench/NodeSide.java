package io.plenum.bench;

import io.plenum.client.ClientLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Nodes, and all clients of a scenario joined to them. */
final class NodeSide implements Side {
  /** Joining at the same time. */
  private static final int JOINERS = 8;

  private final Scenario scenario;
  private final BenchOptions options;
  private final List<BenchLoop> loops;
  private final ClientLoop signaling = new ClientLoop();
  private final List<Launcher.Node> nodes;
  private final List<BenchClient> clients = new ArrayList<>();
  private Windows windows;
  private double joinsPerSecond;
  private double joinCpuMs;

  NodeSide(Scenario scenario, BenchOptions options, List<BenchLoop> loops, Launcher launcher) throws IOException {
    this.scenario = scenario;
    this.options = options;
    this.loops = loops;
    nodes = launcher.startNodes(scenario.nodes());
    try {
      join(scenario.peersPerRoom());
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Joins the peers of each room that are not there yet, up to so many. */
  private void join(int peersPerRoom) {
    int before = clients.size() / scenario.rooms();
    List<BenchClient> joining = new ArrayList<>();
    for (int room = 0; room < scenario.rooms(); room++) {
      for (int peer = before; peer < peersPerRoom; peer++) {
        BenchLoop loop = loops.get((clients.size() + joining.size()) % loops.size());
        joining.add(new BenchClient(signaling, loop, "bench" + room, "peer" + peer, scenario.node(peer)));
      }
    }
    double cpuBefore = nodes.stream().mapToDouble(node -> MeasuredProcess.cpuSeconds(node.process().pid())).sum();
    long startNs = System.nanoTime();
    Joiners.forEach(joining, JOINERS, client -> {
      int peer = Integer.parseInt(client.peerId.substring(4));
      client.join(nodes.get(client.node).url(), scenario.publishes(peer), scenario.subscribes(peer));
    });
    joinsPerSecond = joining.size() / ((System.nanoTime() - startNs) / 1e9);
    double cpuAfter = nodes.stream().mapToDouble(node -> MeasuredProcess.cpuSeconds(node.process().pid())).sum();
    joinCpuMs = (cpuAfter - cpuBefore) * 1_000 / joining.size();
    clients.addAll(joining);
    for (BenchClient client : joining) {
      if (scenario.publishes(Integer.parseInt(client.peerId.substring(4)))) {
        if (scenario.audio()) {
          client.publish(false, options.evenFrames());
        }
        if (scenario.video()) {
          client.publish(true, options.evenFrames());
        }
      }
    }
    awaitFlows();
  }

  /** More viewers of the one publisher. */
  void grow(int viewers) {
    join(scenario.publishers() + viewers);
  }

  /** Until every subscriber has been offered every stream. */
  private void awaitFlows() {
    int streamsPerPublisher = (scenario.audio() ? 1 : 0) + (scenario.video() ? 1 : 0);
    int subscribersPerPublisher = clients.size() / scenario.rooms() - 1;
    int wanted = scenario.rooms() * scenario.publishers() * streamsPerPublisher * subscribersPerPublisher;
    long deadlineNs = System.nanoTime() + 60_000_000_000L;
    List<Windows.Flow> flows = flows();
    while (flows.size() < wanted) {
      if (System.nanoTime() > deadlineNs) {
        throw new IllegalStateException(flows.size() + " of " + wanted + " consumers are there: " + trouble());
      }
      Launcher.sleep(100);
      flows = flows();
    }
    windows = new Windows(loops, flows);
  }

  private List<Windows.Flow> flows() {
    Map<String, SentStream> sources = new HashMap<>();
    Map<String, BenchClient> owners = new HashMap<>();
    for (BenchClient client : clients) {
      client.producers().forEach((id, stream) -> {
        sources.put(id, stream);
        owners.put(id, client);
      });
    }
    List<Windows.Flow> flows = new ArrayList<>();
    for (BenchClient client : clients) {
      if (client.down() == null) {
        continue;
      }
      client.mediaLoop().call(() -> {
        for (ReceivedStream received : client.down().received) {
          SentStream source = sources.get(received.producerId);
          if (source != null) {
            boolean far = owners.get(received.producerId).node != client.node;
            received.latency = far ? client.mediaLoop().farLatency : client.mediaLoop().latency;
            flows.add(new Windows.Flow(client.mediaLoop(), received, source));
          }
        }
        return null;
      });
    }
    return flows;
  }

  double joinsPerSecond() {
    return joinsPerSecond;
  }

  /** Of the nodes, for each. */
  double joinCpuMs() {
    return joinCpuMs;
  }

  double metric(String name) {
    return nodes.stream().mapToDouble(node -> node.metric(name)).sum();
  }

  @Override
  public Windows windows() {
    return windows;
  }

  @Override
  public List<MeasuredProcess> processes() {
    return nodes.stream().map(Launcher.Node::process).toList();
  }

  @Override
  public void publish(boolean on) {
    for (BenchClient client : clients) {
      if (client.up() != null) {
        client.mediaLoop().call(() -> {
          client.up().publish(on, System.nanoTime());
          return null;
        });
      }
    }
  }

  @Override
  public String trouble() {
    for (BenchClient client : clients) {
      if (client.closedReason() != null) {
        return client.peerId + " was sent away: " + client.closedReason();
      }
    }
    return nodes.stream().allMatch(node -> node.process().isAlive()) ? null : "a node has ended";
  }

  @Override
  public void close() {
    nodes.forEach(node -> node.process().close());
    clients.forEach(BenchClient::close);
    signaling.close();
  }
}
