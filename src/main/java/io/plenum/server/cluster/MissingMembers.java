package io.plenum.server.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Entries of {@code cluster.members} without a node in the cluster: misspelt, unreachable, or not started yet. */
final class MissingMembers {
  /** Hazelcast's {@code 10.0.0.*} and {@code 10.0.0.1-9}: any number of nodes, none included. */
  private static final Pattern PATTERN = Pattern.compile("[0-9.]*[*-][0-9.*-]*(:\\d+)?");

  private MissingMembers() {}

  /**
   * Looks up names, so not on an event loop.
   *
   * @param configured {@code host:port,host:port}; without a port, {@code port} is meant
   * @param present {@code address:port} of each member of the cluster, this node included
   * @return the entries as they were written; one whose name has no address says so
   */
  static List<String> find(String configured, int port, Set<String> present) {
    return find(configured, port, present, MissingMembers::addresses);
  }

  static List<String> find(String configured, int port, Set<String> present, Function<String, List<String>> lookUp) {
    List<String> missing = new ArrayList<>();
    for (String entry : configured.split(",")) {
      String member = entry.strip();
      if (member.isEmpty() || PATTERN.matcher(member).matches()) {
        continue;
      }
      int colon = member.indexOf(':') == member.lastIndexOf(':') ? member.indexOf(':') : member.indexOf("]:") + 1;
      String host = (colon > 0 ? member.substring(0, colon) : member).replaceAll("[\\[\\]]", "");
      String memberPort = colon > 0 ? member.substring(colon + 1) : Integer.toString(port);
      List<String> addresses = lookUp.apply(host);
      if (addresses.isEmpty()) {
        missing.add(member + " (no such name)");
      } else if (addresses.stream().noneMatch(address -> present.contains(address + ":" + memberPort))) {
        missing.add(member);
      }
    }
    return missing;
  }

  private static List<String> addresses(String host) {
    try {
      return Arrays.stream(InetAddress.getAllByName(host)).map(InetAddress::getHostAddress).toList();
    } catch (UnknownHostException e) {
      return List.of();
    }
  }
}
