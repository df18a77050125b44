package io.plenum.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/**
 * A synthetic client that does what the page does when its node is about to stop: it joins another node, sends there, and only
 * then, when it receives there what it received here, closes here. It is the same peer all the time.
 */
public final class RoamingClient implements AutoCloseable {
  /** For what it received here to come there, too. */
  private static final long CATCH_UP_MS = 8_000;
  /** For the others to have its new streams: they are told when it has them produced. */
  private static final long OVERLAP_MS = 1_500;

  private final ClientLoop loop;
  private final String room;
  private final String peerId;
  private final boolean publishes;
  private final GapMeter gaps = new GapMeter();
  private final List<String> troubles = new ArrayList<>();
  private volatile SyntheticClient current;
  private volatile boolean closed;
  private volatile CompletableFuture<Void> moving = CompletableFuture.completedFuture(null);
  private volatile int redirections;
  private volatile int moves;

  public RoamingClient(ClientLoop loop, String room, String peerId, boolean publishes) {
    this.loop = loop;
    this.room = room;
    this.peerId = peerId;
    this.publishes = publishes;
  }

  /** Enters the room through this node, or through the one that it names instead. Fails with an {@link AssertionError}. */
  public void join(String nodeUrl) {
    current = enter(nodeUrl);
  }

  private SyntheticClient enter(String nodeUrl) {
    SyntheticClient entered;
    try {
      entered = SyntheticClient.join(loop, nodeUrl, room, peerId, gaps, this::onDraining);
    } catch (Redirected elsewhere) {
      redirections++;
      entered = SyntheticClient.join(loop, elsewhere.url(), room, peerId, gaps, this::onDraining);
    }
    if (publishes) {
      entered.publishAudio();
      entered.publishVideo();
    }
    return entered;
  }

  /** On the loop. */
  private void onDraining(List<String> urls) {
    if (!closed && !urls.isEmpty() && moving.isDone()) {
      moving = CompletableFuture.runAsync(() -> move(urls.get(0)));
    }
  }

  private void move(String url) {
    SyntheticClient old = current;
    try {
      SyntheticClient next = enter(url);
      current = next;
      List<String> streams = loop.call(() -> old.open().stream().map(stream -> stream.peerId + stream.kind).toList());
      try {
        next.await("what it received before", client -> client.open().stream().filter(stream -> stream.packets() > 0)
            .map(stream -> stream.peerId + stream.kind).toList().containsAll(streams), CATCH_UP_MS);
      } catch (AssertionError late) {
        // Somebody may have left; the measured gap says whether it mattered.
      }
      Thread.sleep(OVERLAP_MS);
      moves++;
    } catch (AssertionError | InterruptedException e) {
      synchronized (troubles) {
        troubles.add(peerId + ": " + e);
      }
    }
    old.close();
  }

  public String peerId() {
    return peerId;
  }

  /** As it is connected now. */
  public SyntheticClient current() {
    return current;
  }

  /** How often a node named another instead of letting it in. */
  public int redirections() {
    return redirections;
  }

  /** How often it has gone on with another node. */
  public int moves() {
    return moves;
  }

  public List<String> troubles() {
    synchronized (troubles) {
      return List.copyOf(troubles);
    }
  }

  public void awaitMoved() {
    moving.join();
  }

  /** Waits until the condition on its present connection holds. */
  public void await(String what, Predicate<SyntheticClient> condition, long timeoutMs) {
    current.await(what, condition, timeoutMs);
  }

  public void startMeasuring() {
    loop.call(() -> {
      gaps.startMeasuring(System.nanoTime());
      return null;
    });
  }

  /** By peer and kind, in milliseconds. */
  public Map<String, Long> longestGapsMs() {
    return loop.call(() -> gaps.longestMs(System.nanoTime()));
  }

  @Override
  public void close() {
    closed = true;
    moving.join();
    if (current != null) {
      current.close();
    }
  }
}
