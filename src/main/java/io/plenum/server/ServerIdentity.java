package io.plenum.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * Who this node is.
 *
 * @param serverId made once, kept under {@code data.dir}, the same after every restart
 * @param incarnation another one with each start
 */
public record ServerIdentity(String serverId, String incarnation) {
  private static final String FILE = "server-id";

  /** Reads the id, or makes one if there is none. */
  public static ServerIdentity load(Path dataDir) throws IOException {
    Path file = dataDir.resolve(FILE);
    String incarnation = UUID.randomUUID().toString();
    if (Files.exists(file)) {
      String id = Files.readString(file).strip();
      if (!id.isEmpty()) {
        return new ServerIdentity(id, incarnation);
      }
    }
    String id = UUID.randomUUID().toString();
    Files.createDirectories(dataDir);
    Files.write(file, (id + "\n").getBytes(StandardCharsets.UTF_8));
    return new ServerIdentity(id, incarnation);
  }
}
