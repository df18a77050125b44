package io.plenum.server;

import io.plenum.server.config.ConfigException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Holds {@code data.dir} for one node. Two processes with one serverId would each take the other's rows in the cluster for
 * leftovers of its own. The system frees the lock when the process ends, also after {@code kill -9}.
 */
public final class DataDirLock implements AutoCloseable {
  private static final String LOCK_FILE = "lock";

  private final FileChannel channel;

  private DataDirLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Makes the directory if there is none, and takes it. Whoever holds this object must keep it reachable.
   *
   * @throws ConfigException if another node has it
   */
  public static DataDirLock acquire(Path dataDir) throws IOException {
    Files.createDirectories(dataDir);
    FileChannel channel =
        FileChannel.open(dataDir.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!isLocked(channel)) {
      channel.close();
      throw new ConfigException("data.dir " + dataDir + " is in use by another Plenum node that runs:"
          + " give each node a directory of its own");
    }
    return new DataDirLock(channel);
  }

  private static boolean isLocked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      // A node within this process.
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
