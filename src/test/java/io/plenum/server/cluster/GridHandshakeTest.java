package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.CapturedLog;
import io.plenum.server.cluster.GridHandshake.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GridHandshakeTest {
  private static final byte[] KEY = new byte[32];
  private static final byte[] OTHER_KEY = {1};
  /** For what ends by itself: never waited for. */
  private static final int LONG_MS = 50_000;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<SocketChannel> open = new ArrayList<>();
  private ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    for (SocketChannel channel : open) {
      channel.close();
    }
    server.close();
    threads.shutdownNow();
  }

  private SocketChannel connect() throws IOException {
    SocketChannel channel = SocketChannel.open(server.getLocalAddress());
    open.add(channel);
    return channel;
  }

  /** The other end, as the grid does with what it accepts: an exception closes it. */
  private Future<Throwable> accept(GridHandshake handshake) throws IOException {
    SocketChannel channel = server.accept();
    open.add(channel);
    return threads.submit((Callable<Throwable>) () -> {
      try {
        handshake.onAccept(channel.socket());
        return null;
      } catch (IOException e) {
        channel.close();
        return e;
      }
    });
  }

  private static GridHandshake of(byte[] key, int timeoutMs) {
    return new GridHandshake(key, new SecureRandom(), timeoutMs);
  }

  private static void assertRefused(Future<Throwable> end, GridHandshake by, Refusal reason)
      throws InterruptedException, ExecutionException {
    Throwable why = end.get();
    assertEquals("refused: " + reason.label(), why.getMessage());
    assertEquals(0, why.getStackTrace().length, "strangers decide how often");
    assertEquals(1, by.refused(reason));
  }

  @Test
  void bothEndsThatKnowTheSecretGoOn() throws Exception {
    SocketChannel client = connect();
    GridHandshake accepting = of(KEY, LONG_MS);
    Future<Throwable> accepted = accept(accepting);
    of(KEY, LONG_MS).onConnect(client.socket());
    assertNull(accepted.get());
    for (SocketChannel channel : open) {
      assertEquals(0, channel.socket().getSoTimeout(), "the grid's own business from here on");
    }
  }

  @Test
  void whoConnectsWithAnotherSecretIsCutAndToldWhy() throws Exception {
    SocketChannel client = connect();
    GridHandshake accepting = of(KEY, LONG_MS);
    Future<Throwable> accepted = accept(accepting);
    IOException told = assertThrows(IOException.class, () -> of(OTHER_KEY, LONG_MS).onConnect(client.socket()));
    assertEquals("the other node has another cluster.secret", told.getMessage());
    assertRefused(accepted, accepting, Refusal.WRONG_SECRET);
  }

  /** A stranger that listens where a member is expected is given nothing either. */
  @Test
  void whoAcceptsWithoutTheSecretIsNotTrusted() throws Exception {
    SocketChannel client = connect();
    SocketChannel stranger = server.accept();
    open.add(stranger);
    byte[] answer = new byte[4 + 32 + 32];
    System.arraycopy("PLG1".getBytes("US-ASCII"), 0, answer, 0, 4);
    stranger.socket().getOutputStream().write(answer);
    IOException told = assertThrows(IOException.class, () -> of(KEY, LONG_MS).onConnect(client.socket()));
    assertEquals("the other node does not know cluster.secret", told.getMessage());
  }

  @Test
  void whatTheAcceptingEndProvedIsNoProofOfTheConnectingOne() throws Exception {
    // Two connections to one member: its challenge on the first is shown to it as another's on the second.
    GridHandshake accepting = of(KEY, LONG_MS);
    SocketChannel client = connect();
    Future<Throwable> accepted = accept(accepting);
    byte[] challenge = client.socket().getInputStream().readNBytes(36);
    byte[] reflected = new byte[64];
    System.arraycopy(challenge, 4, reflected, 0, 32);
    System.arraycopy(ClusterKeys.mac("HmacSHA256", KEY, "accepting".getBytes("US-ASCII"), reflected), 0, reflected, 32, 32);
    client.socket().getOutputStream().write(reflected);
    assertRefused(accepted, accepting, Refusal.WRONG_SECRET);
  }

  @Test
  void aPortScanThatSaysNothingIsRefusedAndOnlyCounted() throws Exception {
    GridHandshake accepting = of(KEY, LONG_MS);
    try (CapturedLog log = CapturedLog.of(GridHandshake.class)) {
      SocketChannel client = connect();
      Future<Throwable> accepted = accept(accepting);
      client.close();
      assertRefused(accepted, accepting, Refusal.NO_WORD);
      assertEquals(List.of(), log.lines());
    }
  }

  @Test
  void whatBreaksOffAfterItsFirstBytesIsRefusedAndLogged() throws Exception {
    GridHandshake accepting = of(KEY, LONG_MS);
    try (CapturedLog log = CapturedLog.of(GridHandshake.class)) {
      SocketChannel client = connect();
      Future<Throwable> accepted = accept(accepting);
      client.socket().getOutputStream().write(new byte[] {22, 3, 1});
      client.shutdownOutput();
      assertRefused(accepted, accepting, Refusal.NO_HANDSHAKE);
      assertEquals(1, log.lines().size());
    }
  }

  @Test
  void silenceEndsWithTheDeadlineAndAFewBytesDoNotProlongIt() throws Exception {
    GridHandshake accepting = of(KEY, 300);
    SocketChannel client = connect();
    Future<Throwable> accepted = accept(accepting);
    Future<?> trickle = threads.submit(() -> {
      while (!accepted.isDone()) {
        client.socket().getOutputStream().write(0);
        TimeUnit.MILLISECONDS.sleep(50);
      }
      return null;
    });
    assertRefused(accepted, accepting, Refusal.TOO_SLOW);
    trickle.cancel(true);
  }

  @Test
  void strangersThatSayNothingHoldOnlySoManyThreads() throws Exception {
    GridHandshake accepting = of(KEY, LONG_MS);
    List<Future<Throwable>> silent = new ArrayList<>();
    for (int i = 0; i < GridHandshake.MAX_ACCEPTING; i++) {
      SocketChannel client = connect();
      silent.add(accept(accepting));
      // It has begun when its challenge is here.
      assertEquals(36, client.socket().getInputStream().readNBytes(36).length);
    }
    connect();
    assertRefused(accept(accepting), accepting, Refusal.TOO_MANY);
    assertTrue(silent.stream().noneMatch(Future::isDone));

    // One that goes makes room for another.
    open.get(0).close();
    assertEquals("refused: no_word", silent.get(0).get().getMessage());
    SocketChannel client = connect();
    Future<Throwable> accepted = accept(accepting);
    of(KEY, LONG_MS).onConnect(client.socket());
    assertNull(accepted.get());
  }
}
