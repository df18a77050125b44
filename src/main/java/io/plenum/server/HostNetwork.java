package io.plenum.server;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * This machine's addresses, and which of them it speaks to the world from. A picture of one moment: what comes up later
 * is not in it.
 *
 * @param ipv4Source source address of the default route, null without one
 * @param ipv6Source the same for IPv6; null also if it is good on its own link only
 */
record HostNetwork(InetAddress ipv4Source, InetAddress ipv6Source, List<Interface> interfaces) {
  /** Address of a root name server: outside of every private network. Nothing is sent to it. */
  private static final String IPV4_WORLD = "198.41.0.4";
  private static final String IPV6_WORLD = "2001:503:ba3e::2:30";
  private static final int ANY_PORT_BUT_ZERO = 53;
  private static final Path LINUX_INTERFACES = Path.of("/sys/class/net");

  /**
   * One interface that is up.
   *
   * @param index in the order in which the machine got them
   * @param kind the better the earlier, for a machine without a default route
   */
  record Interface(String name, int index, Kind kind, List<InetAddress> addresses) {}

  enum Kind { HARDWARE, OTHER, BRIDGE, POINT_TO_POINT, LOOPBACK }

  /** @throws SocketException if the machine does not say */
  static HostNetwork look() throws SocketException {
    List<Interface> interfaces = new ArrayList<>();
    for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
      if (network.isUp()) {
        // The JDK gives the newest first; the oldest of a link is its primary one.
        List<InetAddress> addresses = Collections.list(network.getInetAddresses());
        Collections.reverse(addresses);
        addresses.removeIf(address -> !canBeBound(address));
        interfaces.add(new Interface(network.getName(), network.getIndex(), kind(network), List.copyOf(addresses)));
      }
    }
    interfaces.sort(Comparator.comparingInt(Interface::index));
    return new HostNetwork(sourceTowards(IPV4_WORLD), sourceTowards(IPV6_WORLD), List.copyOf(interfaces));
  }

  private static Kind kind(NetworkInterface network) throws SocketException {
    Path linux = LINUX_INTERFACES.resolve(network.getName());
    if (network.isLoopback()) {
      return Kind.LOOPBACK;
    } else if (network.isPointToPoint()) {
      return Kind.POINT_TO_POINT;
    } else if (Files.exists(linux.resolve("bridge"))) {
      return Kind.BRIDGE;
    }
    return Files.exists(linux.resolve("device")) ? Kind.HARDWARE : Kind.OTHER;
  }

  /** False for an IPv6 address that has yet to show that no other machine has it, or that failed to. */
  private static boolean canBeBound(InetAddress address) {
    try (DatagramSocket socket = new DatagramSocket(0, address)) {
      return socket.isBound();
    } catch (SocketException e) {
      return false;
    }
  }

  /** Connecting a UDP socket only asks the routing table; no packet leaves. */
  private static InetAddress sourceTowards(String world) {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(InetAddress.getByName(world), ANY_PORT_BUT_ZERO);
      InetAddress source = socket.getLocalAddress();
      boolean sameFamily = source instanceof Inet6Address == world.contains(":");
      return sameFamily && isReachable(source) && !source.isLoopbackAddress() ? source : null;
    } catch (IOException | RuntimeException noRoute) {
      // The JDK throws UncheckedIOException where there is no route.
      return null;
    }
  }

  /** Beyond its own link, and without a zone behind it. */
  private static boolean isReachable(InetAddress address) {
    return !address.isAnyLocalAddress() && !address.isLinkLocalAddress() && !address.isMulticastAddress();
  }

  boolean has(InetAddress address) {
    return address.isLoopbackAddress() || usable().anyMatch(address::equals);
  }

  /** Every address that a client could send to, loopback last. */
  List<InetAddress> addresses() {
    return Stream.concat(usable().filter(address -> !address.isLoopbackAddress()),
        usable().filter(InetAddress::isLoopbackAddress)).distinct().toList();
  }

  /**
   * Addresses by which the world most likely reaches this machine: sources of the default routes, IPv4 before IPv6.
   * Without a default route, that of the interface that looks most like a network card; none without a network.
   */
  List<InetAddress> main() {
    List<InetAddress> sources = Stream.of(ipv4Source == null ? Stream.<InetAddress>of() : Stream.of(ipv4Source),
        ipv6Source == null ? Stream.<InetAddress>of() : Stream.of(ipv6Source)).flatMap(source -> source).toList();
    if (!sources.isEmpty()) {
      return sources;
    }
    return interfaces.stream()
        .sorted(Comparator.comparing(Interface::kind))
        .flatMap(network -> network.addresses().stream()
            .filter(HostNetwork::isReachable)
            .sorted(Comparator.comparing(address -> !(address instanceof Inet4Address))))
        .limit(1)
        .toList();
  }

  /** The interface that has this address, null if none. */
  Interface interfaceOf(InetAddress address) {
    return interfaces.stream().filter(network -> network.addresses().contains(address)).findFirst().orElse(null);
  }

  private Stream<InetAddress> usable() {
    return interfaces.stream().flatMap(network -> network.addresses().stream()).filter(HostNetwork::isReachable);
  }
}
