package io.plenum.browser;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Network namespaces for a few nodes: a wire from each to this process, for clients, and one from each to a switch in a
 * namespace of its own, for the nodes among themselves. The latter can be cut, silently, while clients go on.
 * Needs root on Linux and iproute2. Addresses are of 198.18.0.0/15, which RFC 2544 keeps for tests.
 */
final class SeveredNetwork implements AutoCloseable {
  private static final AtomicInteger made = new AtomicInteger();

  /** The wires of one that is closed go a moment later than it does. */
  private final String name = "pl" + ProcessHandle.current().pid() % 100_000 + (char) ('a' + made.getAndIncrement() % 26);
  private final int count;
  private final List<String> namespaces = new ArrayList<>();

  private SeveredNetwork(int count) {
    this.count = count;
  }

  /** Whether this process may make such a network here. */
  static boolean isPossible() {
    String probe = "plp" + ProcessHandle.current().pid() % 100_000;
    try {
      if (!Files.isExecutable(Path.of("/usr/sbin/ip")) && !Files.isExecutable(Path.of("/sbin/ip"))) {
        return false;
      }
      ip("netns add " + probe);
      ip("netns del " + probe);
      return true;
    } catch (AssertionError e) {
      return false;
    }
  }

  static SeveredNetwork of(int nodes) {
    SeveredNetwork network = new SeveredNetwork(nodes);
    try {
      network.build();
      return network;
    } catch (AssertionError e) {
      network.close();
      throw e;
    }
  }

  private void build() {
    String hub = name + "h";
    addNamespace(hub);
    ip("-n " + hub + " link add br0 type bridge");
    ip("-n " + hub + " link set br0 up");
    for (int i = 0; i < count; i++) {
      String node = name + "n" + i;
      addNamespace(node);
      ip("-n " + node + " link set lo up");
      ip("link add " + clientEnd(i) + " type veth peer name client netns " + node);
      ip("addr add 198.18." + i + ".1/30 dev " + clientEnd(i));
      ip("link set " + clientEnd(i) + " up");
      ip("-n " + node + " addr add " + clientAddress(i) + "/30 dev client");
      ip("-n " + node + " link set client up");
      ip("-n " + node + " link add inner type veth peer name node" + i + " netns " + hub);
      ip("-n " + node + " addr add " + nodeAddress(i) + "/24 dev inner");
      ip("-n " + node + " link set inner up");
      ip("-n " + hub + " link set node" + i + " master br0");
      ip("-n " + hub + " link set node" + i + " up");
    }
  }

  private void addNamespace(String namespace) {
    ip("netns add " + namespace);
    namespaces.add(namespace);
  }

  private String clientEnd(int node) {
    return name + "c" + node;
  }

  /** Where clients reach the node, cut or not. */
  String clientAddress(int node) {
    return "198.18." + node + ".2";
  }

  /** Where other nodes reach it, unless it is cut. */
  String nodeAddress(int node) {
    return "198.19.0." + (10 + node);
  }

  /** What a command is run by to run in the node's namespace. */
  List<String> prefix(int node) {
    return List.of("ip", "netns", "exec", name + "n" + node);
  }

  /** Between the node and the others packets vanish from now on; nobody is told. */
  void cut(int node) {
    // The switch forgets the port; the node's own end stays up, so that its system notices nothing.
    ip("-n " + name + "h link set node" + node + " nomaster");
  }

  /** UDP from the node to clients vanishes from now on; everything else passes, UDP from clients too. */
  void loseUdpToClients(int node) {
    String namespace = name + "n" + node;
    ip("-n " + namespace + " link add lost type veth peer name void");
    ip("-n " + namespace + " link set lost up");
    ip("-n " + namespace + " link set void up");
    ip("-n " + namespace + " route add default dev lost table 100");
    ip("-n " + namespace + " neigh add 198.18." + node + ".1 lladdr 02:00:00:00:00:01 dev lost nud permanent");
    ip("-n " + namespace + " rule add ipproto udp table 100 priority 100");
  }

  void heal(int node) {
    ip("-n " + name + "h link set node" + node + " master br0");
  }

  @Override
  public void close() {
    // Wires go with their namespaces, but a moment later: until then their addresses would seem to be this machine's.
    for (int i = 0; i < count && !namespaces.isEmpty(); i++) {
      tryIp("link del " + clientEnd(i));
    }
    namespaces.forEach(namespace -> ip("netns del " + namespace));
    namespaces.clear();
  }

  /** In a network that was built in part, some are not there. */
  private static void tryIp(String arguments) {
    try {
      ip(arguments);
    } catch (AssertionError e) {
      // It is not there.
    }
  }

  private static void ip(String arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new AssertionError("ip " + arguments + ": " + output);
      }
    } catch (IOException e) {
      throw new AssertionError("ip " + arguments, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
