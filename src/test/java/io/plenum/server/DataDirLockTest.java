package io.plenum.server;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DataDirLockTest {
  @Test
  void aDirectoryIsOneNodesAtATime(@TempDir Path parent) throws IOException {
    Path dir = parent.resolve("data");
    try (DataDirLock held = DataDirLock.acquire(dir)) {
      ConfigException refusal = assertThrows(ConfigException.class, () -> DataDirLock.acquire(dir));
      assertTrue(refusal.getMessage().contains("in use by another Plenum node"), refusal.getMessage());
    }
    DataDirLock.acquire(dir).close();
  }
}
