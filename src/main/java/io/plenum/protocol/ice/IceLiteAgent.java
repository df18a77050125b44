package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunError;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;

/**
 * The controlled, lite side of ICE (RFC 8445 §2.5) of one transport: answers checks, keeps the tuples on which the
 * peer has proved that it knows our password, and follows the peer's choice among them. The transport's event loop
 * drives it; its transport asks {@link #isValid} for each packet that is not STUN and sends to {@link #selectedTuple}.
 *
 * <ul>
 *   <li>Media goes where the peer's authentic packets come from ({@link PathChoice}); its transport says which those are
 *       ({@link #onAuthentic}, {@link #onHandshake}). Nominations choose where none have come. USE-CANDIDATE nominates each
 *       time; NOMINATION (renomination) only with a higher value than before, so that late packets change nothing.
 *   <li>A check that came before ({@link RecentTransactions}) nominates nothing, and from a tuple that is not known yet it
 *       is no check: whoever overhears one gains nothing by repeating it.
 *   <li>Consent (RFC 7675) is counted per tuple. When the selected one falls silent and another is still checked,
 *       media moves there; when none is left the agent is DISCONNECTED until checks return.
 *   <li>After {@link #restart} both credentials are good until the first check with the new ones; tuples, selection
 *       and state stay, so media goes on.
 *   <li>No answer is longer than its question, and both answers ({@link CheckAllowance}) and errors are rationed: nobody
 *       can be flooded through us. The selected tuple has an allowance of its own, the others one together; so what comes
 *       from elsewhere, replayed or with a made-up source, does not silence the path in use.
 * </ul>
 */
public final class IceLiteAgent {
  /** Where the agent's effects go. The agent has settled its state before it calls; the sink does not call back. */
  public interface Sink {
    /** An answer for the tuple. The bytes belong to the sink during the call only. */
    void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple);

    /** Packets from this tuple are the peer's from now on. */
    void onTupleAdded(TransportTuple tuple);

    /**
     * Packets from this tuple are not the peer's any more: evicted, expired, replaced by an equal one, or closed. Its
     * TCP connection, if it still has one, may be closed.
     */
    void onTupleRemoved(TransportTuple tuple);

    /** Send there from now on; null: nowhere. Comes before the state change that goes with it. */
    void onSelectedTupleChanged(TransportTuple tuple);

    void onIceStateChanged(IceState from, IceState to);

    /** No check with this username fragment can succeed any more. */
    void onLocalUsernameFragmentRetired(String usernameFragment);
  }

  /** More wrong questions than this from one peer are not mistakes; they are then met with silence. */
  static final int MAX_ERROR_ANSWERS_PER_SECOND = 10;

  private static final long SECOND_NS = 1_000_000_000L;

  /** The longest interval between the checks of a browser that is there (Firefox). */
  private static final long QUIET_NS = 6 * SECOND_NS;

  private final IceOptions options;
  private final Sink sink;
  private final StunWriter writer = new StunWriter(StunWriter.ANSWER_CAPACITY_BYTES);
  private final CheckedTuples tuples = new CheckedTuples();
  private final CheckAllowance selectedChecks = new CheckAllowance();
  private final CheckAllowance otherChecks = new CheckAllowance();
  private final long[] drops = new long[IceDrop.values().length];

  private IceState state = IceState.NEW;
  private LocalCredentials current;
  /** What was good before {@link #restart} and is until {@link #current} is used, or null. */
  private LocalCredentials previous;
  private final PathChoice path = new PathChoice();
  private final RecentTransactions transactions = new RecentTransactions();
  /** The highest NOMINATION so far, 0 if none. */
  private long highestNomination;

  private long bindingSuccesses;
  private long errorAnswers;
  private long withheldErrorAnswers;
  private long errorWindowStartNs;
  private int errorsInWindow;

  public IceLiteAgent(IceCredentials credentials, IceOptions options, Sink sink) {
    this.options = options;
    this.sink = sink;
    current = new LocalCredentials(credentials);
  }

  /**
   * A STUN message that parsed well, for one of our username fragments or from one of our tuples.
   *
   * @return why it did nothing, or null if it was a valid check
   */
  public IceDrop onBindingRequest(StunMessage message, TransportTuple tuple, long nowNs) {
    if (state == IceState.CLOSED) {
      return drop(IceDrop.CLOSED);
    }
    if (message.type() != StunMessage.BINDING_REQUEST) {
      return drop(IceDrop.NOT_A_BINDING_REQUEST);
    }
    if (!message.hasFingerprint()) {
      return refuse(IceDrop.MISSING_FINGERPRINT, message, tuple, null, nowNs);
    }
    if (!message.hasUsername() || !message.hasIntegrity()) {
      return refuse(IceDrop.MISSING_INTEGRITY, message, tuple, null, nowNs);
    }
    LocalCredentials credentials = credentialsFor(message);
    if (credentials == null) {
      return refuse(IceDrop.UNKNOWN_USERNAME, message, tuple, null, nowNs);
    }
    int index = tuples.indexOf(tuple);
    boolean repeated = transactions.contains(message);
    if (repeated && index < 0) {
      return drop(IceDrop.REPLAYED);
    }
    // Asked before the integrity is computed, spent only after: who does not know the password can use up nothing.
    CheckAllowance allowance = tuple.equals(path.selected()) ? selectedChecks : otherChecks;
    if (allowance.isSpent(nowNs)) {
      return drop(IceDrop.TOO_MANY_CHECKS);
    }
    if (!message.hasValidIntegrity(credentials.integrity)) {
      return refuse(IceDrop.WRONG_INTEGRITY, message, tuple, null, nowNs);
    }
    // From here on the peer is who it says, and errors are signed (RFC 8489 §9.1.3).
    if (message.unknownAttributeCount() > 0) {
      return refuse(IceDrop.UNKNOWN_ATTRIBUTE, message, tuple, credentials.integrity, nowNs);
    }
    if (!message.hasPriority()) {
      return refuse(IceDrop.MISSING_PRIORITY, message, tuple, credentials.integrity, nowNs);
    }
    if (message.isFromControlled()) {
      return refuse(IceDrop.ROLE_CONFLICT, message, tuple, credentials.integrity, nowNs);
    }
    allowance.spend(nowNs);
    if (!repeated) {
      transactions.add(message);
    }
    onValidCheck(message, tuple, index, credentials, !repeated, nowNs);
    return null;
  }

  private LocalCredentials credentialsFor(StunMessage message) {
    if (message.hasLocalUsernameFragment(current.usernameFragment)) {
      return current;
    }
    return previous != null && message.hasLocalUsernameFragment(previous.usernameFragment) ? previous : null;
  }

  /**
   * @param index of the tuple, or -1
   * @param fresh whether the check has not come before
   */
  private void onValidCheck(StunMessage request, TransportTuple tuple, int index, LocalCredentials credentials,
      boolean fresh, long nowNs) {
    bindingSuccesses++;
    final TransportTuple selectedBefore = path.selected();
    final String retired = useCredentials(credentials);
    TransportTuple removed = null;
    boolean added = index < 0;
    if (added) {
      if (tuples.isFull()) {
        removed = tuples.remove(tuples.stalestExcept(selectedBefore));
        path.onRemoved(removed, selectedBefore);
      }
      tuples.add(tuple, nowNs);
    } else {
      tuples.touch(index, nowNs);
      TransportTuple known = tuples.get(index);
      if (known != tuple) {
        // The same addresses, another connection: a TCP client came back before we saw its old connection end.
        tuples.replace(index, tuple);
        path.onReplaced(known, tuple);
        removed = known;
        added = true;
      }
    }
    IceState next = state.isUsable() ? state : IceState.CONNECTED;
    if (!fresh) {
      path.onRepeated(tuple);
    } else if (nominates(request)) {
      path.onNominated(tuple, nowNs);
      next = IceState.COMPLETED;
    }
    path.onChecked(tuple);
    final IceState before = become(next);

    int length = writer.writeBindingSuccess(request, tuple.remote(), credentials.integrity);
    if (length <= request.length()) {
      sink.sendStun(writer.bytes(), 0, length, tuple);
    }
    if (retired != null) {
      sink.onLocalUsernameFragmentRetired(retired);
    }
    if (removed != null) {
      sink.onTupleRemoved(removed);
    }
    if (added) {
      sink.onTupleAdded(tuple);
    }
    tell(selectedBefore, before);
  }

  /** A valid check came with them. Returns the username fragment that is over with that, or null. */
  private String useCredentials(LocalCredentials credentials) {
    if (credentials != current || previous == null) {
      return null;
    }
    String retired = previous.credentials.usernameFragment();
    previous = null;
    // The peer's new ICE session may count its nominations from the beginning.
    highestNomination = 0;
    path.onRestart();
    return retired;
  }

  private boolean nominates(StunMessage request) {
    long nomination = request.nomination();
    if (nomination < 0) {
      return request.hasUseCandidate();
    }
    if (nomination <= highestNomination) {
      return false;
    }
    highestNomination = nomination;
    return true;
  }

  private IceDrop drop(IceDrop reason) {
    drops[reason.ordinal()]++;
    return reason;
  }

  private IceDrop refuse(
      IceDrop reason, StunMessage request, TransportTuple tuple, StunIntegrity integrity, long nowNs) {
    drop(reason);
    StunError error = reason.error();
    int length = writer.writeBindingError(request, error, integrity);
    if (length > request.length() || !takeErrorAllowance(nowNs)) {
      withheldErrorAnswers++;
      return reason;
    }
    errorAnswers++;
    sink.sendStun(writer.bytes(), 0, length, tuple);
    return reason;
  }

  private boolean takeErrorAllowance(long nowNs) {
    if (errorsInWindow == 0 || nowNs - errorWindowStartNs >= SECOND_NS) {
      errorWindowStartNs = nowNs;
      errorsInWindow = 0;
    }
    if (errorsInWindow == MAX_ERROR_ANSWERS_PER_SECOND) {
      return false;
    }
    errorsInWindow++;
    return true;
  }

  /**
   * New credentials (RFC 8445 §9, mediasoup's restartIce). The ones before stay good until the first check with the new
   * ones. If that has not come since the last restart, it is that restart's credentials that end now, so that the peer
   * keeps a pair that it has used.
   */
  public void restart(IceCredentials credentials) {
    if (state == IceState.CLOSED) {
      throw new IllegalStateException("ICE is closed");
    }
    String retired = null;
    if (previous == null) {
      previous = current;
    } else {
      retired = current.credentials.usernameFragment();
    }
    current = new LocalCredentials(credentials);
    if (retired != null) {
      sink.onLocalUsernameFragmentRetired(retired);
    }
  }

  /** The tuple's TCP connection has ended; for others than ours nothing happens. */
  public void onTupleClosed(TransportTuple tuple) {
    int index = tuples.indexOf(tuple);
    // An equal tuple that is another object is the connection that has replaced this one.
    if (index < 0 || tuples.get(index) != tuple) {
      return;
    }
    final TransportTuple selectedBefore = path.selected();
    remove(index);
    final IceState before = settleAfterRemoval();
    sink.onTupleRemoved(tuple);
    tell(selectedBefore, before);
  }

  /** An authentic packet came from that tuple, newer than those before it: the peer sends from there now. */
  public void onAuthentic(TransportTuple tuple, long nowNs) {
    onProof(tuple, PathChoice.Proof.AUTHENTIC, nowNs);
  }

  /** A DTLS handshake record that is worth a look came from that tuple. */
  public void onHandshake(TransportTuple tuple, long nowNs) {
    onProof(tuple, PathChoice.Proof.HANDSHAKE, nowNs);
  }

  private void onProof(TransportTuple tuple, PathChoice.Proof proof, long nowNs) {
    TransportTuple selectedBefore = path.selected();
    if (tuple == selectedBefore) {
      path.onProof(tuple, proof, nowNs);
      return;
    }
    int index = tuples.indexOf(tuple);
    if (index >= 0) {
      path.onProof(tuples.get(index), proof, nowNs);
      tell(selectedBefore, state);
    }
  }

  /**
   * Ends tuples whose consent has run out, and lets a nomination count that had to wait. Early or late calls do no
   * harm.
   */
  public void onTimeout(long nowNs) {
    final TransportTuple selectedBefore = path.selected();
    IceState before = state;
    TransportTuple[] expired = new TransportTuple[CheckedTuples.MAX_TUPLES];
    int count = 0;
    if (nextConsentExpiryNs() <= nowNs) {
      for (int i; (i = tuples.firstExpired(nowNs, options.consentExpiryNs())) >= 0; ) {
        expired[count++] = remove(i);
      }
      before = settleAfterRemoval();
    }
    path.onTimeout(nowNs);
    for (int i = 0; i < count; i++) {
      sink.onTupleRemoved(expired[i]);
    }
    tell(selectedBefore, before);
  }

  /** When {@link #onTimeout} has something to do next, Long.MAX_VALUE if never. */
  public long nextDeadlineNs() {
    return Math.min(nextConsentExpiryNs(), path.nextDeadlineNs());
  }

  private long nextConsentExpiryNs() {
    return options.consentExpiryNs() == 0 ? Long.MAX_VALUE : tuples.nextExpiryNs(options.consentExpiryNs());
  }

  /** Forgets everything but the counters. A second call does nothing. */
  public void close() {
    if (state == IceState.CLOSED) {
      return;
    }
    final TransportTuple selectedBefore = path.selected();
    final TransportTuple[] closed = new TransportTuple[tuples.count()];
    for (int i = 0; i < closed.length; i++) {
      closed[i] = remove(0);
    }
    final IceState before = become(IceState.CLOSED);
    if (previous != null) {
      sink.onLocalUsernameFragmentRetired(previous.credentials.usernameFragment());
    }
    sink.onLocalUsernameFragmentRetired(current.credentials.usernameFragment());
    for (TransportTuple tuple : closed) {
      sink.onTupleRemoved(tuple);
    }
    tell(selectedBefore, before);
  }

  /** If it was selected, another is now. */
  private TransportTuple remove(int index) {
    TransportTuple removed = tuples.remove(index);
    path.onRemoved(removed, tuples.freshest());
    return removed;
  }

  /** Without any tuple it disconnects. Returns the state before. */
  private IceState settleAfterRemoval() {
    if (path.selected() != null) {
      return state;
    }
    highestNomination = 0;
    return become(IceState.DISCONNECTED);
  }

  /** Returns the state before. */
  private IceState become(IceState next) {
    IceState before = state;
    if (next != before) {
      if (!before.next().contains(next)) {
        throw new IllegalStateException("ice " + before.label() + "→" + next.label());
      }
      state = next;
    }
    return before;
  }

  private void tell(TransportTuple selectedBefore, IceState before) {
    TransportTuple selectedNow = path.selected();
    IceState now = state;
    if (selectedNow != selectedBefore) {
      sink.onSelectedTupleChanged(selectedNow);
    }
    if (now != before) {
      sink.onIceStateChanged(before, now);
    }
  }

  /** Whether a packet from this tuple is the peer's. Asked for every packet: cheap for the selected tuple. */
  public boolean isValid(TransportTuple tuple) {
    return tuple != null && (tuple == path.selected() || tuples.indexOf(tuple) >= 0);
  }

  /**
   * Tells whether neither a check nor, if it is selected, anything else of the peer's has come from this tuple for a
   * while.
   */
  public boolean isQuietOn(TransportTuple tuple, long nowNs) {
    int index = tuples.indexOf(tuple);
    return index < 0
        || nowNs - tuples.lastCheckNs(index) >= QUIET_NS && !(tuple.equals(path.selected()) && path.isProven(nowNs));
  }

  /** Where media goes, or null. */
  public TransportTuple selectedTuple() {
    return path.selected();
  }

  public IceState state() {
    return state;
  }

  /** What a client must be told to reach us now. */
  public IceParameters parameters() {
    return IceParameters.of(current.credentials);
  }

  public int tupleCount() {
    return tuples.count();
  }

  /** How many messages were dropped for this reason. */
  public long drops(IceDrop reason) {
    return drops[reason.ordinal()];
  }

  /** How many valid checks came. */
  public long bindingSuccesses() {
    return bindingSuccesses;
  }

  public long errorAnswers() {
    return errorAnswers;
  }

  /** Errors that were not answered because the answer would have been longer than the question, or one too many. */
  public long withheldErrorAnswers() {
    return withheldErrorAnswers;
  }
}
