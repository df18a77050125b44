package io.plenum.server;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;

/**
 * Under which addresses this node is reached.
 *
 * @param nodeIp from outside
 * @param clusterIp by other nodes: grid, event bus and pipes; loopback where there is no {@code cluster.secret}
 * @param pipeIp that pipes are listened for on
 * @param announced by clients' media
 */
public record Addresses(String nodeIp, String clusterIp, String pipeIp, String announced) {
  private static final String LOOPBACK = "127.0.0.1";

  /** Works out what the configuration leaves open. */
  public static Addresses of(PlenumConfig config) {
    String nodeIp = config.node().ip().isEmpty() ? firstAddress() : config.node().ip();
    String mediaIp = config.media().ip();
    boolean single = !mediaIp.equals("0.0.0.0") && !mediaIp.equals("::");
    String announced = !config.media().announcedIp().isEmpty() ? config.media().announcedIp() : single ? mediaIp : nodeIp;
    String clusterIp = config.node().ip().isEmpty() && config.cluster().secret().isEmpty() ? LOOPBACK : nodeIp;
    String pipeIp = config.pipe().ip().isEmpty() ? clusterIp : config.pipe().ip();
    return new Addresses(nodeIp, clusterIp, pipeIp, announced);
  }

  /** The first IPv4 address that is not loopback; loopback on a machine without a network. */
  private static String firstAddress() {
    try {
      for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (!network.isUp() || network.isLoopback()) {
          continue;
        }
        for (InetAddress address : Collections.list(network.getInetAddresses())) {
          if (address instanceof Inet4Address) {
            return address.getHostAddress();
          }
        }
      }
    } catch (SocketException e) {
      throw new ConfigException("cannot find this machine's addresses (" + e.getMessage() + "): say node.ip");
    }
    return LOOPBACK;
  }
}
