package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.ChunkType;
import io.plenum.protocol.sctp.packet.ErrorCause;
import io.plenum.protocol.sctp.packet.InitChunk;
import io.plenum.protocol.sctp.packet.PacketReader;
import io.plenum.protocol.sctp.packet.PacketWriter;
import io.plenum.protocol.wire.Bytes;
import java.util.Arrays;

/**
 * The four ways of RFC 9260 §5: INIT, INIT ACK, COOKIE ECHO, COOKIE ACK; from either side, from both at once, and again
 * when the peer has restarted. Until a cookie of ours comes back nothing is kept of who sent an INIT.
 */
final class Handshake {
  private final AssociationContext context;
  private final StateCookie cookies;
  private final RetryTimer t1Init = new RetryTimer(SctpTimings.MAX_INIT_RETRANSMISSIONS);
  private final RetryTimer t1Cookie = new RetryTimer(SctpTimings.MAX_INIT_RETRANSMISSIONS);
  /** What our own INIT said; 0 while we have sent none. */
  private int localTag;
  private int localInitialTsn;
  private byte[] echoedCookie;

  Handshake(AssociationContext context) {
    this.context = context;
    this.cookies = new StateCookie(context.random);
  }

  /** What the peer's packets have to carry; 0 while there is nothing to carry. */
  int localTag() {
    TransmissionControlBlock tcb = context.tcb();
    return tcb == null ? localTag : tcb.agreement.localTag();
  }

  /** Opens the association from our side. */
  void connect(long nowNs) {
    localTag = randomTag();
    localInitialTsn = context.random.nextInt();
    sendInit();
    t1Init.start(nowNs);
    context.become(SctpState.COOKIE_WAIT, "");
  }

  private int randomTag() {
    int tag;
    do {
      tag = context.random.nextInt();
    } while (tag == 0);
    return tag;
  }

  private void sendInit() {
    SctpOptions options = context.options;
    PacketWriter out = context.out.beginAlone(0);
    InitChunk.writeBegin(out, ChunkType.INIT, localTag, options.receiverWindowBytes(), options.outgoingStreams(),
        options.incomingStreams(), localInitialTsn, options.capabilities());
    InitChunk.writeEnd(out);
    context.out.endAlone();
  }

  /** Answers with a cookie, and changes nothing (§5.1 B, §5.2.1, §5.2.2). */
  void onInit(InitChunk init, long nowNs) {
    SctpState state = context.state();
    int tag;
    int initialTsn;
    if (state == SctpState.COOKIE_WAIT || state == SctpState.COOKIE_ECHOED) {
      // Both at once: the answer is the INIT that we have sent.
      tag = localTag;
      initialTsn = localInitialTsn;
    } else {
      tag = randomTag();
      initialTsn = context.random.nextInt();
    }
    SctpOptions options = context.options;
    long tieTag = context.tcb() == null ? 0 : context.tcb().tieTag;
    byte[] cookie =
        cookies.seal(new StateCookie.Content(Agreement.of(tag, initialTsn, init, options), nowNs, tieTag));
    PacketWriter out = context.out.beginAlone(init.initiateTag());
    InitChunk.writeBegin(out, ChunkType.INIT_ACK, tag, options.receiverWindowBytes(), options.outgoingStreams(),
        options.incomingStreams(), initialTsn, options.capabilities());
    InitChunk.writeCookie(out, cookie);
    init.writeUnrecognized(out);
    InitChunk.writeEnd(out);
    context.out.endAlone();
  }

  /** The peer's answer to our INIT. */
  void onInitAck(InitChunk initAck, PacketReader packet, long nowNs) {
    if (context.state() != SctpState.COOKIE_WAIT) {
      // §5.2.3: one that comes late.
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
      return;
    }
    t1Init.stop();
    context.onPeer(Agreement.of(localTag, localInitialTsn, initAck, context.options), nowNs);
    if (initAck.cookieLength() + ChunkType.HEADER_BYTES > context.out.writer().room()) {
      context.abort(ErrorCause.PROTOCOL_VIOLATION, "the cookie does not fit into a packet");
      return;
    }
    echoedCookie = Arrays.copyOfRange(
        packet.bytes(), initAck.cookieOffset(), initAck.cookieOffset() + initAck.cookieLength());
    sendCookieEcho();
    t1Cookie.start(nowNs);
    context.become(SctpState.COOKIE_ECHOED, "");
  }

  private void sendCookieEcho() {
    context.out.flush();
    context.out.needChecksum();
    context.out.writer().putChunk(ChunkType.COOKIE_ECHO, 0, echoedCookie, 0, echoedCookie.length);
    // No data behind it: if it were lost, T3 and T1 would have to wait for each other.
    context.out.flush();
  }

  /**
   * A cookie comes back.
   *
   * @return whether the chunks behind it in the packet may be read
   */
  boolean onCookieEcho(PacketReader packet, long nowNs) {
    StateCookie.Content cookie = cookies.open(packet.bytes(), packet.valueOffset(), packet.valueLength());
    if (cookie == null || packet.verificationTag() != cookie.agreement().localTag()) {
      context.counters.drop(SctpDrop.FORGED_COOKIE);
      return false;
    }
    TransmissionControlBlock tcb = context.tcb();
    boolean sameLocal = tcb != null && cookie.agreement().localTag() == tcb.agreement.localTag();
    boolean sameRemote = tcb != null && cookie.agreement().remoteTag() == tcb.agreement.remoteTag();
    if (sameLocal && sameRemote) {
      // §5.2.4 D: the one we are in; the COOKIE ACK was lost, or both began at once. Its age does not matter.
      return established(false);
    }
    if (cookie.isStale(nowNs)) {
      context.counters.drop(SctpDrop.STALE_COOKIE);
      sendStale(cookie, nowNs);
      return false;
    }
    boolean restart = tcb != null && !sameLocal && !sameRemote && cookie.tieTag() == tcb.tieTag;
    if (tcb != null && !restart && !sameLocal) {
      // §5.2.4 C, and what the table does not name.
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
      return false;
    }
    context.onPeer(cookie.agreement(), nowNs);
    return established(restart);
  }

  /** Acknowledges the cookie; the association is there. */
  private boolean established(boolean restart) {
    t1Init.stop();
    t1Cookie.stop();
    echoedCookie = null;
    context.out.flush();
    context.out.writer().putChunk(ChunkType.COOKIE_ACK, 0, new byte[0], 0, 0);
    if (restart) {
      context.tell(context.sink::onPeerRestarted);
    }
    if (!context.state().isShuttingDown() || restart) {
      context.become(SctpState.ESTABLISHED, "");
    }
    return true;
  }

  /** §5.2.6. */
  private void sendStale(StateCookie.Content cookie, long nowNs) {
    byte[] staleness = new byte[4];
    long microseconds = (nowNs - cookie.createdNs() - SctpTimings.COOKIE_LIFETIME_NS) / 1_000;
    Bytes.put32(staleness, 0, (int) Math.min(Integer.MAX_VALUE, microseconds));
    PacketWriter out = context.out.beginAlone(cookie.agreement().remoteTag());
    out.beginChunk(ChunkType.ERROR, 0);
    ErrorCause.write(out, ErrorCause.STALE_COOKIE, staleness, 0, staleness.length);
    out.endChunk();
    context.out.endAlone();
  }

  void onCookieAck() {
    if (context.state() == SctpState.COOKIE_ECHOED) {
      t1Cookie.stop();
      echoedCookie = null;
      context.become(SctpState.ESTABLISHED, "");
    } else {
      context.counters.drop(SctpDrop.UNEXPECTED_CHUNK);
    }
  }

  /** The cookie that we sent back was too old: ask for another, as often as T1 still allows (§5.2.6). */
  void onStaleCookie(long nowNs) {
    if (context.state() != SctpState.COOKIE_ECHOED) {
      return;
    }
    t1Cookie.stop();
    context.forgetPeer();
    context.become(SctpState.COOKIE_WAIT, "stale cookie");
    retryInit(nowNs);
  }

  long nextDeadlineNs() {
    return Math.min(t1Init.deadlineNs(), t1Cookie.deadlineNs());
  }

  void onTimeout(long nowNs) {
    if (t1Init.isExpired(nowNs)) {
      retryInit(nowNs);
    }
    if (t1Cookie.isExpired(nowNs)) {
      if (t1Cookie.retry(nowNs)) {
        sendCookieEcho();
      } else {
        context.end("no answer to COOKIE ECHO");
      }
    }
  }

  private void retryInit(long nowNs) {
    if (t1Init.retry(nowNs)) {
      sendInit();
    } else {
      context.end("no answer to INIT");
    }
  }

  void stop() {
    t1Init.stop();
    t1Cookie.stop();
  }
}
