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
 * @param incarnation greater with each start
 */
public record ServerIdentity(String serverId, long incarnation) {
  private static final String ID_FILE = "server-id";
  private static final String INCARNATION_FILE = "incarnation";

  /** Reads the id, or makes one if there is none, and counts the start. */
  public static ServerIdentity load(Path dataDir) throws IOException {
    Files.createDirectories(dataDir);
    String id = read(dataDir.resolve(ID_FILE));
    if (id.isEmpty()) {
      id = UUID.randomUUID().toString();
      write(dataDir.resolve(ID_FILE), id);
    }
    // The clock keeps it growing even if the file was lost; the file, if the clock was set back.
    long incarnation = Math.max(System.currentTimeMillis(), last(dataDir) + 1);
    write(dataDir.resolve(INCARNATION_FILE), Long.toString(incarnation));
    return new ServerIdentity(id, incarnation);
  }

  private static long last(Path dataDir) throws IOException {
    try {
      return Long.parseLong(read(dataDir.resolve(INCARNATION_FILE)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String read(Path file) throws IOException {
    return Files.exists(file) ? Files.readString(file).strip() : "";
  }

  private static void write(Path file, String text) throws IOException {
    Files.write(file, (text + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
