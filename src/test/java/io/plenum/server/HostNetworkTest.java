package io.plenum.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.plenum.server.config.ConfigLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Real interfaces, in a network namespace of their own. Needs root on Linux and iproute2. */
class HostNetworkTest {
  private static final String LINK =
      "ip link add card type veth peer name far; ip link set far up; ip link set card up;";
  private static final String CARD = LINK + " ip addr add 198.18.0.10/24 dev card;"
      + " ip addr add 198.18.0.11/24 dev card";
  private static final String BRIDGE = "ip link add br-x type bridge;"
      + " ip addr add 10.88.0.254/24 dev br-x; ip link set br-x up";
  private static final String ROUTE = "ip route add default via 198.18.0.1";
  private static final String IPV6 = LINK + " ip addr add 2001:db8::10/64 dev card nodad;"
      + " ip -6 route add default via 2001:db8::1";

  /** Runs in the namespace. */
  public static void main(String[] arguments) {
    Addresses addresses = Addresses.of(new ConfigLoader().load(arguments, Map.of()));
    System.out.println(addresses.nodeIp() + " " + addresses.announced() + " " + addresses.listened());
  }

  private static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return process.waitFor(1, TimeUnit.MINUTES) && process.exitValue() == 0 ? output : null;
  }

  private static String inNamespace(String script) throws IOException, InterruptedException {
    String jvm = String.join(" ", Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:TieredStopAtLevel=1", "-cp", "'" + System.getProperty("java.class.path") + "'",
        HostNetworkTest.class.getName());
    return run(List.of("unshare", "-nm", "sh", "-ec",
        "mount -t sysfs plenum /sys; ip link set lo up; " + script + "; exec " + jvm));
  }

  private static boolean isPossible() throws InterruptedException {
    try {
      return run(List.of("unshare", "-nm", "sh", "-ec", "mount -t sysfs plenum /sys; " + CARD + "; " + BRIDGE)) != null;
    } catch (IOException e) {
      return false;
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      // A second address of the link, and a bridge that came later.
      CARD + "; " + ROUTE + "; " + BRIDGE + " | 198.18.0.10 [198.18.0.10] [198.18.0.10]",
      // No way to the world: a card goes before what is no card.
      BRIDGE + "; " + CARD + " | 198.18.0.10 [198.18.0.10] [198.18.0.10]",
      // IPv6 alone.
      IPV6 + " | 2001:db8::10 [2001:db8::10] [2001:db8::10]",
      // No network.
      "true | 127.0.0.1 [127.0.0.1] [127.0.0.1, ::1]",
  })
  void whatTheMachineSpeaksToTheWorldFromIsFound(String script, String expected) throws Exception {
    assumeTrue(isPossible(), "no network namespaces here");
    assertEquals(expected, inNamespace(script));
  }
}
