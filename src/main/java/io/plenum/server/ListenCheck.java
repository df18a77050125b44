package io.plenum.server;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.plenum.server.net.BindFailure;
import io.plenum.server.web.TlsSetup;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/**
 * Check, before anything is started, that the node can have what it is to listen on: a port that is taken is then one
 * line, and not the end of a node that has joined its cluster. Another process may still come between check and start.
 */
public final class ListenCheck {
  private ListenCheck() {}

  /** @throws ConfigException with one line that names the key */
  public static void require(PlenumConfig config, Addresses addresses, int mediaLoops) {
    TlsSetup.requireFiles(config);
    PlenumConfig.Http http = config.http();
    tcp(http.host(), http.port(), "http.host " + http.host() + " http.port " + http.port(), "http.port", "http.host");
    for (String ip : addresses.listened()) {
      for (int loop = 0; loop < mediaLoops && config.media().port() != 0; loop++) {
        udp(ip, config.media().port() + loop, "media.port", "media.ip");
        tcp(ip, config.media().port() + loop, "media.port", "media.ip");
      }
    }
    if (config.cluster().enabled()) {
      for (int loop = 0; loop < mediaLoops && config.pipe().port() != 0; loop++) {
        udp(addresses.pipeIp(), config.pipe().port() + loop, "pipe.port", "pipe.ip");
      }
      tcp(addresses.clusterIp(), config.cluster().busPort(), "cluster.busPort", "node.ip");
      if (config.cluster().config().isEmpty()) {
        tcp(addresses.clusterIp(), config.cluster().port(), "cluster.port", "node.ip");
      }
    }
  }

  private static void tcp(String ip, int port, String portKey, String addressKey) {
    tcp(ip, port, "TCP " + ip + ":" + port, portKey, addressKey);
  }

  private static void tcp(String ip, int port, String where, String portKey, String addressKey) {
    if (port == 0) {
      return;
    }
    try (ServerSocket socket = new ServerSocket()) {
      // As all that listens here does: what is left of connections that have ended is no other process.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(ip, port));
    } catch (IOException e) {
      throw BindFailure.refusal(where, e, portKey, addressKey);
    }
  }

  private static void udp(String ip, int port, String portKey, String addressKey) {
    try (DatagramSocket socket = new DatagramSocket(null)) {
      socket.bind(new InetSocketAddress(ip, port));
    } catch (IOException e) {
      throw BindFailure.refusal("UDP " + ip + ":" + port, e, portKey, addressKey);
    }
  }
}
