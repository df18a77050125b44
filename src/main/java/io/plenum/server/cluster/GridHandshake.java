package io.plenum.server.cluster;

import com.hazelcast.nio.MemberSocketInterceptor;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Proof by both ends of a grid connection that they know the cluster's secret, before the grid reads a byte of it
 * (docs/adr/0022). The end that accepts sends a random challenge; the one that connects answers with its own challenge
 * and a MAC over both; the first returns another MAC. A connection without the secret gets 36 bytes and is cut.
 *
 * <p>Runs on threads of the grid, which wait for the other end; the time and the number of those that wait are limited.
 */
public final class GridHandshake implements MemberSocketInterceptor {
  /** Reason for which a connection was cut. */
  public enum Refusal {
    /**
     * Closed without a byte: a look whether the port is open, as load balancers and {@code --nodes} take. Not logged.
     */
    NO_WORD,
    /** Something that is no handshake: a port scan, a Hazelcast client. */
    NO_HANDSHAKE,
    WRONG_SECRET,
    TOO_SLOW,
    /** More at once than {@link #MAX_ACCEPTING}. */
    TOO_MANY;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A round trip between continents is 0.3 s; members under load may take a second to be scheduled. */
  static final int TIMEOUT_MS = 3_000;
  /** Each holds one of the grid's 16 threads for connections; the others are for connections of our own. */
  static final int MAX_ACCEPTING = 8;
  private static final byte[] MAGIC = "PLG1".getBytes(StandardCharsets.US_ASCII);
  private static final int CHALLENGE_BYTES = 32;
  private static final byte[] CONNECTING = "connecting".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ACCEPTING = "accepting".getBytes(StandardCharsets.US_ASCII);
  /** One line of the log in this time, with the number of those before. */
  private static final long LOG_INTERVAL_NS = 10_000_000_000L;
  private static final Logger log = LoggerFactory.getLogger(GridHandshake.class);

  /** Without a stack trace: strangers decide how often it is made. */
  private static final class Refused extends IOException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  private final byte[] key;
  private final SecureRandom random;
  private final int timeoutMs;
  private final AtomicInteger accepting = new AtomicInteger();
  private final AtomicLongArray refusals = new AtomicLongArray(Refusal.values().length);
  private long loggedNs;
  private long unlogged;

  GridHandshake(byte[] key, SecureRandom random) {
    this(key, random, TIMEOUT_MS);
  }

  GridHandshake(byte[] key, SecureRandom random, int timeoutMs) {
    this.key = key.clone();
    this.random = random;
    this.timeoutMs = timeoutMs;
  }

  @Override
  public void init(Properties properties) {
    // Everything is given to the constructor.
  }

  long refused(Refusal reason) {
    return refusals.get(reason.ordinal());
  }

  @Override
  public void onAccept(Socket socket) throws IOException {
    if (accepting.incrementAndGet() > MAX_ACCEPTING) {
      accepting.decrementAndGet();
      throw refuse(socket, Refusal.TOO_MANY);
    }
    try {
      accept(socket);
    } finally {
      accepting.decrementAndGet();
    }
  }

  private void accept(Socket socket) throws IOException {
    long deadlineNs = deadlineNs();
    try {
      byte[] own = challenge();
      byte[] theirs = exchangeChallenges(socket, own, deadlineNs);
      byte[] proof = read(socket, CHALLENGE_BYTES, deadlineNs);
      if (!MessageDigest.isEqual(proof, ClusterKeys.mac("HmacSHA256", key, CONNECTING, own, theirs))) {
        throw refuse(socket, Refusal.WRONG_SECRET);
      }
      write(socket, ClusterKeys.mac("HmacSHA256", key, ACCEPTING, own, theirs));
      socket.setSoTimeout(0);
    } catch (Refused e) {
      throw e;
    } catch (SocketTimeoutException e) {
      throw refuse(socket, Refusal.TOO_SLOW);
    } catch (IOException e) {
      throw refuse(socket, Refusal.NO_HANDSHAKE);
    }
  }

  /** @return the other end's */
  private byte[] exchangeChallenges(Socket socket, byte[] own, long deadlineNs) throws IOException {
    byte[] challenge = new byte[CHALLENGE_BYTES];
    try {
      write(socket, MAGIC, own);
      challenge[0] = read(socket, 1, deadlineNs)[0];
    } catch (SocketTimeoutException e) {
      throw e;
    } catch (IOException e) {
      throw refuse(socket, Refusal.NO_WORD);
    }
    System.arraycopy(read(socket, CHALLENGE_BYTES - 1, deadlineNs), 0, challenge, 1, CHALLENGE_BYTES - 1);
    return challenge;
  }

  @Override
  public void onConnect(Socket socket) throws IOException {
    long deadlineNs = deadlineNs();
    if (!MessageDigest.isEqual(MAGIC, read(socket, MAGIC.length, deadlineNs))) {
      throw new Refused("no grid of Plenum");
    }
    byte[] theirs = read(socket, CHALLENGE_BYTES, deadlineNs);
    byte[] own = challenge();
    write(socket, own, ClusterKeys.mac("HmacSHA256", key, CONNECTING, theirs, own));
    byte[] proof;
    try {
      proof = read(socket, CHALLENGE_BYTES, deadlineNs);
    } catch (EOFException e) {
      throw new Refused("the other node has another cluster.secret");
    }
    if (!MessageDigest.isEqual(proof, ClusterKeys.mac("HmacSHA256", key, ACCEPTING, theirs, own))) {
      throw new Refused("the other node does not know cluster.secret");
    }
    socket.setSoTimeout(0);
  }

  private byte[] challenge() {
    byte[] bytes = new byte[CHALLENGE_BYTES];
    random.nextBytes(bytes);
    return bytes;
  }

  private static void write(Socket socket, byte[]... parts) throws IOException {
    // Fits into an empty socket buffer: does not wait for the other end.
    for (byte[] part : parts) {
      socket.getOutputStream().write(part);
    }
    socket.getOutputStream().flush();
  }

  private long deadlineNs() {
    return System.nanoTime() + timeoutMs * 1_000_000L;
  }

  /** All of it within the deadline, however slowly it trickles in. */
  private static byte[] read(Socket socket, int length, long deadlineNs) throws IOException {
    byte[] bytes = new byte[length];
    InputStream in = socket.getInputStream();
    for (int have = 0; have < length; ) {
      long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
      if (leftMs <= 0) {
        throw new SocketTimeoutException("handshake");
      }
      socket.setSoTimeout((int) leftMs);
      int count = in.read(bytes, have, length - have);
      if (count < 0) {
        throw new EOFException("closed in the handshake");
      }
      have += count;
    }
    return bytes;
  }

  private Refused refuse(Socket socket, Refusal reason) {
    refusals.incrementAndGet(reason.ordinal());
    if (reason != Refusal.NO_WORD) {
      logSometimes(socket, reason);
    }
    return new Refused("refused: " + reason.label());
  }

  private synchronized void logSometimes(Socket socket, Refusal reason) {
    long nowNs = System.nanoTime();
    if (loggedNs != 0 && nowNs - loggedNs < LOG_INTERVAL_NS) {
      unlogged++;
      return;
    }
    log.warn("grid connection refused from={} reason={} before={}",
        socket.getRemoteSocketAddress(), reason.label(), unlogged);
    loggedNs = nowNs;
    unlogged = 0;
  }
}
