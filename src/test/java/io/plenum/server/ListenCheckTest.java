package io.plenum.server;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenCheckTest {
  private static final String HOST = "127.0.0.1";
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  /** All on loopback and on any port, but for these keys. */
  private static void check(String... arguments) {
    List<String> all = new ArrayList<>(List.of("--node.ip=" + HOST, "--http.port=0", "--media.port=0",
        "--media.ip=" + HOST, "--pipe.ip=" + HOST, "--pipe.port=0", "--cluster.port=0", "--cluster.enabled=true"));
    all.addAll(List.of(arguments));
    PlenumConfig config = new ConfigLoader().load(all.toArray(String[]::new), Map.of());
    ListenCheck.require(config, Addresses.of(config), 2);
  }

  private static String refusal(String... arguments) {
    return assertThrows(ConfigException.class, () -> check(arguments)).getMessage();
  }

  @Test
  void whatIsFreeMayBeListenedOn() {
    assertDoesNotThrow(() -> check());
  }

  @ParameterizedTest
  @ValueSource(strings = {"media.port", "cluster.port", "cluster.busPort"})
  void aTcpPortThatIsTakenIsNamedWithItsKey(String key) throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int port = taken.getLocalPort();
      assertEquals("cannot listen on TCP 127.0.0.1:" + port + " (Address already in use): is another process there? "
          + key + " moves it", refusal("--" + key + "=" + port));
    }
  }

  @Test
  void aPortOfThePageThatIsTakenIsNamed() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      int port = taken.getLocalPort();
      assertEquals("cannot listen on http.host 127.0.0.1 http.port " + port
          + " (Address already in use): is another process there? http.port moves it", refusal("--http.port=" + port));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"media", "pipe"})
  void theUdpPortOfEveryLoopMustBeFree(String section) throws IOException {
    try (DatagramSocket taken = new DatagramSocket(0, LOOPBACK)) {
      int port = taken.getLocalPort();
      assertEquals("cannot listen on UDP 127.0.0.1:" + port + " (Address already in use): is another process there? "
          + section + ".port moves it", refusal("--" + section + ".port=" + (port - 1)));
    }
  }

  @Test
  void anAddressThatIsNotOursIsNamed() {
    assertEquals("cannot listen on UDP 203.0.113.7:40000 (Cannot assign requested address): media.ip takes an address"
        + " of this machine",
        refusal("--media.ip=203.0.113.7", "--media.port=40000"));
    assertEquals("cannot listen on http.host 203.0.113.7 http.port 4443 (Cannot assign requested address): http.host"
        + " takes an address of this machine", refusal("--http.host=203.0.113.7", "--http.port=4443", "--auth.allowOpen=true"));
  }

  @Test
  void aCertificateWithoutItsFilesIsNamedBeforeAnyPortIsTried() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK)) {
      assertEquals("http.tls.mode=pem needs the key http.tls.cert: the PEM file with the certificate chain",
          refusal("--http.tls.mode=pem", "--http.port=" + taken.getLocalPort()));
    }
  }
}
