package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunError;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import io.plenum.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The other end of an {@link IceLiteAgent}, as a browser would be (RFC 8445, controlling, host candidates only): checks
 * each pair it is given, nominates the first that works, goes on checking for consent (RFC 7675), moves to another pair
 * when the selected one dies. For tests and synthetic clients; it never meets a full agent, so it answers no checks.
 */
public final class IceControllingClient {
  /** Where its effects go; it has settled its state before it calls, and is not called back from there. */
  public interface Sink {
    /** A check for the tuple, whose local end is the client's. The bytes belong to the sink during the call only. */
    void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple);

    void onIceStateChanged(IceState from, IceState to);

    /** Send there from now on; null: nowhere. */
    void onSelectedTupleChanged(TransportTuple tuple);
  }

  /** A client with more addresses is not what this class is for. */
  static final int MAX_PAIRS = 16;
  /** RFC 8445 §14.2 recommends 50 ms between two checks of a session. */
  static final long PACING_NS = 50_000_000L;
  /**
   * Until a check is repeated; doubled for each one unanswered. RFC 8445 §14.3 says 500 ms where no round trip is
   * known; a lost first check delays the join, so we are quicker.
   */
  static final long RETRY_NS = 200_000_000L;
  /** Between checks of a pair that works: what Chromium does. */
  static final long STEADY_INTERVAL_NS = 2_500_000_000L;
  /** RFC 7675 §5.1: ± 20 %, so that clients do not fall into step. */
  static final double INTERVAL_SPREAD = 0.2;
  /** RFC 8445 §5.1.2: peer-reflexive, highest local preference, component 1. */
  static final long PRIORITY = (110L << 24) + (65_535L << 8) + 255;

  private static final int FIXED_REQUEST_BYTES = 128;

  private final IceOptions options;
  private final RandomGenerator random;
  private final Sink sink;
  private final long tieBreaker;
  private final byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
  private final List<CheckedPair> pairs = new ArrayList<>();

  private StunWriter writer;
  private StunIntegrity integrity;
  private byte[] username;
  private IceState state = IceState.NEW;
  /** Nominated, or about to be. */
  private CheckedPair nominee;
  private CheckedPair selected;
  private long earliestCheckNs = Long.MIN_VALUE;
  private long successes;
  private long errors;
  private long ignored;
  private int lastErrorCode;

  /**
   * @param localUsernameFragment ours, random; our password plays no role towards a lite agent
   * @param remote of the agent
   */
  public IceControllingClient(
      String localUsernameFragment, IceCredentials remote, IceOptions options, RandomGenerator random, Sink sink) {
    this.options = options;
    this.random = random;
    this.sink = sink;
    tieBreaker = random.nextLong();
    useCredentials(localUsernameFragment, remote);
  }

  private void useCredentials(String localUsernameFragment, IceCredentials remote) {
    username = (remote.usernameFragment() + ":" + localUsernameFragment).getBytes(StandardCharsets.US_ASCII);
    integrity = StunIntegrity.ofPassword(remote.password());
    writer = new StunWriter(username.length + FIXED_REQUEST_BYTES);
  }

  /** One more pair to check, from now on. */
  public void addTuple(TransportTuple tuple, long nowNs) {
    if (pairs.size() == MAX_PAIRS) {
      throw new IllegalStateException("more than " + MAX_PAIRS + " candidate pairs");
    }
    pairs.add(new CheckedPair(tuple, nowNs));
  }

  /** The address is gone: the pair is not checked any more, and not used. */
  public void removeTuple(TransportTuple tuple) {
    CheckedPair pair = pairOf(tuple);
    if (pair != null) {
      pairs.remove(pair);
      giveUp(pair);
    }
  }

  /**
   * The agent has new credentials (ICE restart): everything is checked and nominated anew, the selected pair stays in
   * use meanwhile.
   */
  public void restart(String localUsernameFragment, IceCredentials remote, long nowNs) {
    useCredentials(localUsernameFragment, remote);
    nominee = null;
    for (CheckedPair pair : pairs) {
      pair.forgetChecks();
      pair.nextCheckNs = nowNs;
    }
  }

  /** A STUN message that parsed well. Anything but an authentic answer to a check of ours is ignored. */
  public void onStun(StunMessage message, TransportTuple tuple, long nowNs) {
    CheckedPair pair = pairOf(tuple);
    boolean success = message.type() == StunMessage.BINDING_SUCCESS;
    if (state == IceState.CLOSED || pair == null || !success && message.type() != StunMessage.BINDING_ERROR) {
      ignored++;
      return;
    }
    // RFC 8489 §9.1.4: a success must be signed; a 400 or 401 cannot be.
    if (success || message.hasIntegrity()) {
      if (!message.hasValidIntegrity(integrity)) {
        ignored++;
        return;
      }
    }
    int check = pair.take(message);
    if (check < 0) {
      ignored++;
    } else if (success) {
      onSuccess(pair, pair.nominates(check), message, nowNs);
    } else {
      errors++;
      lastErrorCode = message.errorCode();
    }
  }

  private void onSuccess(CheckedPair pair, boolean nominated, StunMessage message, long nowNs) {
    successes++;
    pair.succeeded = true;
    pair.unanswered = 0;
    pair.lastSuccessNs = nowNs;
    pair.mapped = message.xorMappedAddress();
    pair.nextCheckNs = nowNs + steadyIntervalNs();
    final CheckedPair selectedBefore = selected;
    IceState next = state;
    if (nominee == null) {
      // RFC 8445 §8.1.1: the criterion of when to nominate is ours; the first that works is the quickest.
      nominee = pair;
      pair.nextCheckNs = nowNs;
    }
    if (pair == nominee && nominated) {
      selected = pair;
      next = IceState.COMPLETED;
    } else if (selected == null) {
      selected = pair;
      next = IceState.CONNECTED;
    }
    become(next, selectedBefore);
  }

  private long steadyIntervalNs() {
    return (long) (STEADY_INTERVAL_NS * (1 + INTERVAL_SPREAD * (2 * random.nextDouble() - 1)));
  }

  /** Sends the check that is due, if any, and ends pairs without consent. */
  public void onTimeout(long nowNs) {
    if (state == IceState.CLOSED) {
      return;
    }
    for (CheckedPair pair : pairs) {
      if (isExpired(pair, nowNs)) {
        pair.succeeded = false;
        giveUp(pair);
        // What giving it up changes, the next call goes on from.
        return;
      }
    }
    CheckedPair due = nextDue();
    if (due != null && due.nextCheckNs <= nowNs && earliestCheckNs <= nowNs) {
      check(due, nowNs);
    }
  }

  private boolean isExpired(CheckedPair pair, long nowNs) {
    return pair.succeeded && options.consentExpiryNs() > 0 && nowNs - pair.lastSuccessNs >= options.consentExpiryNs();
  }

  private void giveUp(CheckedPair pair) {
    final CheckedPair selectedBefore = selected;
    IceState next = state;
    if (pair == nominee) {
      nominee = freshestSuccess();
      if (nominee != null) {
        nominee.nextCheckNs = nominee.lastSuccessNs;
      }
    }
    if (pair == selected) {
      selected = nominee;
      next = selected == null ? IceState.DISCONNECTED : state;
    }
    become(next, selectedBefore);
  }

  private CheckedPair freshestSuccess() {
    CheckedPair freshest = null;
    for (CheckedPair pair : pairs) {
      if (pair.succeeded && (freshest == null || pair.lastSuccessNs > freshest.lastSuccessNs)) {
        freshest = pair;
      }
    }
    return freshest;
  }

  private CheckedPair nextDue() {
    CheckedPair due = null;
    for (CheckedPair pair : pairs) {
      if (due == null || pair.nextCheckNs < due.nextCheckNs) {
        due = pair;
      }
    }
    return due;
  }

  private void check(CheckedPair pair, long nowNs) {
    random.nextBytes(transactionId);
    long transaction = Bytes.i64(transactionId, 4);
    boolean nominates = pair == nominee;
    writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
    writer.putUsername(username);
    writer.putIceControlling(tieBreaker);
    if (nominates) {
      writer.putUseCandidate();
    }
    writer.putPriority(PRIORITY);
    int length = writer.finish(integrity);
    pair.noteSent(transaction, nominates);
    earliestCheckNs = nowNs + PACING_NS;
    long retryNs = RETRY_NS << Math.min(pair.unanswered - 1, 10);
    pair.nextCheckNs = nowNs + Math.min(retryNs, steadyIntervalNs());
    sink.sendStun(writer.bytes(), 0, length, pair.tuple);
  }

  /** When {@link #onTimeout} has something to do next, Long.MAX_VALUE if never. */
  public long nextDeadlineNs() {
    CheckedPair due = nextDue();
    if (state == IceState.CLOSED || due == null) {
      return Long.MAX_VALUE;
    }
    long deadlineNs = Math.max(due.nextCheckNs, earliestCheckNs);
    if (options.consentExpiryNs() > 0) {
      for (CheckedPair pair : pairs) {
        if (pair.succeeded) {
          deadlineNs = Math.min(deadlineNs, pair.lastSuccessNs + options.consentExpiryNs());
        }
      }
    }
    return deadlineNs;
  }

  /** No check goes out any more. */
  public void close() {
    if (state != IceState.CLOSED) {
      final CheckedPair selectedBefore = selected;
      pairs.clear();
      nominee = null;
      selected = null;
      become(IceState.CLOSED, selectedBefore);
    }
  }

  private void become(IceState next, CheckedPair selectedBefore) {
    final IceState before = state;
    if (next != before) {
      if (!before.next().contains(next)) {
        throw new IllegalStateException("ice " + before.label() + "→" + next.label());
      }
      state = next;
    }
    if (selected != selectedBefore) {
      sink.onSelectedTupleChanged(selected == null ? null : selected.tuple);
    }
    if (next != before) {
      sink.onIceStateChanged(before, next);
    }
  }

  private CheckedPair pairOf(TransportTuple tuple) {
    for (CheckedPair pair : pairs) {
      if (pair.tuple.equals(tuple)) {
        return pair;
      }
    }
    return null;
  }

  public IceState state() {
    return state;
  }

  /** Where to send, or null. */
  public TransportTuple selectedTuple() {
    return selected == null ? null : selected.tuple;
  }

  /** Checks that were answered well. */
  public long successes() {
    return successes;
  }

  /** Checks that were answered with an error; see {@link #lastErrorCode}. */
  public long errors() {
    return errors;
  }

  /** E.g. 401 ({@link StunError}), 0 if there was none. */
  public int lastErrorCode() {
    return lastErrorCode;
  }

  /** Messages that were no authentic answer to a check on the way. */
  public long ignored() {
    return ignored;
  }
}
