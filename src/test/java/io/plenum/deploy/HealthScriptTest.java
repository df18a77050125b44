package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The image's health check where it cannot ask: the node speaks TLS. */
@EnabledOnOs(OS.LINUX)
class HealthScriptTest {
  @TempDir Path folder;

  private int health(int port) throws Exception {
    try (StartedProcess check = new StartedProcess(Map.of("PLENUM_HTTP_PORT", String.valueOf(port),
        "PLENUM_HTTP_TLS_MODE", "self-signed", "PLENUM_DATA_DIR", folder.toString()), List.of("docker/health.sh"))) {
      return check.process.waitFor();
    }
  }

  @Test
  void withTlsANodeThatListensIsHealthyWhenItSaysThatItIsReady() throws Exception {
    try (ServerSocket node = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
      assertEquals(1, health(node.getLocalPort()), "it listens before it is warm");
      Files.writeString(folder.resolve("ready"), "https://localhost:4443\n");
      assertEquals(0, health(node.getLocalPort()));
      node.close();
      assertNotEquals(0, health(node.getLocalPort()), "it has ended, however");
    }
  }
}
