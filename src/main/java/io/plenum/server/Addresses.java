package io.plenum.server;

import io.netty.util.NetUtil;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Addresses under which this node is reached, worked out once at its start.
 *
 * @param nodeIp from outside
 * @param clusterIp by other nodes: grid, event bus and pipes; loopback where there is no {@code cluster.secret}
 * @param pipeIp that pipes are listened for on
 * @param announced for clients' media, the preferred one first
 * @param listened for clients' media: one socket each, so that an answer leaves from the address that was asked
 *     (RFC 8489 §6.3.1.2)
 * @param outside this machine's own addresses by which its page may be opened from other machines
 * @param doubt a sentence about an announced address that was found and may be the wrong one, or null
 */
public record Addresses(String nodeIp, String clusterIp, String pipeIp, List<String> announced, List<String> listened,
    List<String> outside, String doubt) {
  /** Names for a certificate that the node makes itself: whatever a browser may have called it by. */
  List<String> names() {
    Set<String> names = new LinkedHashSet<>(outside);
    names.add(nodeIp);
    names.addAll(announced);
    return List.copyOf(names);
  }

  /** Beyond that a machine has addresses for other purposes, and one socket takes what comes to any of them. */
  static final int MAX_LISTENED = 32;
  private static final Pattern FOUR_NUMBERS = Pattern.compile("\\d+\\.\\d+\\.\\d+\\.\\d+");
  private static final Pattern DIGITS_AND_DOTS = Pattern.compile("[0-9.]+");

  /**
   * Works out what the configuration leaves open. Looks up names, so it may take seconds.
   *
   * @throws ConfigException with one line that names the key
   */
  public static Addresses of(PlenumConfig config) {
    try {
      return of(config, HostNetwork.look());
    } catch (SocketException e) {
      throw new ConfigException("cannot find this machine's addresses (" + e.getMessage() + ")");
    }
  }

  static Addresses of(PlenumConfig config, HostNetwork host) {
    List<InetAddress> main = host.main();
    String ip = config.node().ip();
    InetAddress node = ip.isEmpty() ? main.isEmpty() ? loopback() : main.get(0) : resolve("node.ip", ip).get(0);
    requireOwn(config, host, node);
    List<InetAddress> announced = announced(config, ip.isEmpty() && !main.isEmpty() ? main : List.of(node));
    Set<InetAddress> outside = new LinkedHashSet<>(announced);
    outside.add(node);
    outside.removeIf(address -> address.isLoopbackAddress() || !host.has(address));
    InetAddress cluster = ip.isEmpty() && config.cluster().secret().isEmpty() ? loopback() : node;
    String pipeIp = config.pipe().ip().isEmpty() ? text(cluster) : config.pipe().ip();
    return new Addresses(text(node), text(cluster), pipeIp, texts(announced), texts(listened(config, host, announced)),
        texts(List.copyOf(outside)), doubt(config, host, announced));
  }

  private static List<InetAddress> announced(PlenumConfig config, List<InetAddress> otherwise) {
    if (!config.media().announcedIp().isEmpty()) {
      Set<InetAddress> written = new LinkedHashSet<>();
      for (String entry : config.media().announcedIp().split(",")) {
        written.addAll(resolve("media.announcedIp", entry.strip()));
      }
      return List.copyOf(written);
    }
    if (isEvery(config.media().ip())) {
      return otherwise;
    }
    return resolve("media.ip", config.media().ip());
  }

  private static List<InetAddress> listened(PlenumConfig config, HostNetwork host, List<InetAddress> announced) {
    String ip = config.media().ip();
    if (!isEvery(ip)) {
      return resolve("media.ip", ip);
    }
    // Loopback may be that of the machine around a container, whose published ports come in elsewhere.
    if (ip.isEmpty() && announced.stream().allMatch(address -> host.has(address) && !address.isLoopbackAddress())) {
      return announced;
    }
    // Behind a NAT: which of ours it leads to, only the NAT knows.
    List<InetAddress> all = host.addresses().stream()
        .filter(address -> !ip.equals("0.0.0.0") || address instanceof Inet4Address)
        .toList();
    boolean ipv4Only = all.stream().allMatch(address -> address instanceof Inet4Address);
    return all.isEmpty() || all.size() > MAX_LISTENED ? resolveLiteral(ipv4Only ? "0.0.0.0" : "::") : all;
  }

  private static boolean isEvery(String ip) {
    return ip.isEmpty() || ip.equals("0.0.0.0") || ip.equals("::");
  }

  /** Grid and event bus bind to it. A Hazelcast YAML of the operator's has addresses of its own. */
  private static void requireOwn(PlenumConfig config, HostNetwork host, InetAddress node) {
    if (config.cluster().enabled() && config.cluster().config().isEmpty() && !host.has(node)) {
      throw new ConfigException("node.ip " + text(node) + " is no address of this machine, which has "
          + String.join(", ", texts(host.addresses())));
    }
  }

  /** Full-tunnel VPNs take the default route: then the address is right for those in the VPN and for no one else. */
  private static String doubt(PlenumConfig config, HostNetwork host, List<InetAddress> announced) {
    if (!config.media().announcedIp().isEmpty() || !config.node().ip().isEmpty() || !isEvery(config.media().ip())) {
      return null;
    }
    for (InetAddress address : announced) {
      HostNetwork.Interface network = host.interfaceOf(address);
      if (network != null && network.kind() == HostNetwork.Kind.POINT_TO_POINT) {
        return "clients are told to send media to " + text(address) + ", which is this machine's address on "
            + network.name() + ", a point-to-point link such as a VPN: if they reach it elsewhere, set"
            + " media.announcedIp";
      }
    }
    return null;
  }

  /** The first IPv4 and the first IPv6 address of a name; an address is its own. */
  private static List<InetAddress> resolve(String key, String text) {
    List<InetAddress> found = new ArrayList<>();
    try {
      // Digits and dots that are no address are no name either: no DNS server need be asked.
      boolean noName = DIGITS_AND_DOTS.matcher(text).matches() && !FOUR_NUMBERS.matcher(text).matches();
      InetAddress[] all = noName || text.isEmpty()
          ? new InetAddress[0]
          : InetAddress.getAllByName(text);
      for (InetAddress address : all) {
        if (found.stream().noneMatch(other -> other.getClass() == address.getClass())) {
          found.add(address);
        }
      }
    } catch (UnknownHostException e) {
      // Said below.
    }
    if (found.isEmpty()) {
      throw new ConfigException(
          "the key " + key + " takes an address of IPv4 or IPv6, or a name that has one, not \"" + text + "\"");
    }
    for (InetAddress address : found) {
      if (address.isAnyLocalAddress() || address.isMulticastAddress() || text(address).equals("255.255.255.255")) {
        throw new ConfigException("the key " + key + " takes an address of one machine, not \"" + text + "\"");
      }
    }
    return found;
  }

  private static List<InetAddress> resolveLiteral(String text) {
    try {
      return List.of(InetAddress.getByName(text));
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  private static InetAddress loopback() {
    return resolveLiteral("127.0.0.1").get(0);
  }

  private static List<String> texts(List<InetAddress> addresses) {
    return addresses.stream().map(Addresses::text).toList();
  }

  /** IPv6 as browsers and RFC 5952 write it: the longest run of zeros left out, no zone. */
  private static String text(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    String text = address.getHostAddress();
    int zone = text.indexOf('%');
    return NetUtil.toAddressString(zone < 0 ? address : resolveLiteral(text.substring(0, zone)).get(0));
  }
}
