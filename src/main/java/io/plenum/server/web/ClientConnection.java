package io.plenum.server.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.PlenumException;
import io.plenum.server.signaling.OutgoingFrame;
import io.plenum.server.signaling.ProtooConnection;
import io.plenum.server.signaling.SignalingEndpoint;
import io.plenum.server.signaling.SignalingJson;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's signalling connection, whatever carries it: who it is, how much may wait for it, when it is taken for
 * dead. How fast it may speak is for its {@link Intake}. Everything happens on its loop but {@link #send} and {@link
 * #close}, which come from any.
 */
final class ClientConnection implements ProtooConnection.FrameChannel, Intake.Taker {
  enum State { AWAITING_HELLO, OPEN, CLOSING, CLOSED }

  private static final long SECOND_NS = 1_000_000_000L;
  /** SockJS has no place for roomId and peerId but the first frame; this is how long we wait for it. */
  static final long HELLO_TIMEOUT_NS = 10 * SECOND_NS;
  /** Three of them lost make a client dead. */
  static final long KEEP_ALIVE_NS = 5 * SECOND_NS;
  /** Something waits to be sent, and none of it moves: the client does not read. */
  static final long STALL_NS = 15 * SECOND_NS;
  /** From the first fragment of a message to the last: 256 KiB over a slow mobile line. */
  static final long MESSAGE_NS = 10 * SECOND_NS;
  /** For the goodbye to reach the client and be answered; then the line is cut. */
  static final long GOODBYE_NS = 3 * SECOND_NS;
  private static final int MAX_NAME_CHARACTERS = 128;

  private static final Logger log = LoggerFactory.getLogger(ClientConnection.class);

  private final Carrier carrier;
  private final ConnectionTable table;
  private final Loop loop;
  private final SignalingCounters counters;
  private final Intake intake;
  private final AddressLimits.Entry address;
  private final ClientMemory.Holder memory;
  private final Outbox outbox;
  private final AtomicBoolean overflowed = new AtomicBoolean();
  private final long openedNs;
  private State state = State.AWAITING_HELLO;
  private SignalingEndpoint.Connection session;
  private long lastHeardNs;
  private long lastKeepAliveNs;
  private boolean inFragments;
  private long fragmentsSinceNs;
  private long closingNs;

  /** @param address whose client this is; left when the connection is closed */
  ClientConnection(Carrier carrier, ConnectionTable table, AddressLimits.Entry address) {
    this.carrier = carrier;
    this.table = table;
    this.address = address;
    loop = table.loop();
    counters = table.counters();
    openedNs = loop.nowNs();
    lastHeardNs = openedNs;
    lastKeepAliveNs = openedNs;
    memory = table.memory().open(address.key(), this::onMemoryFull);
    carrier.memory(memory);
    outbox = new Outbox(loop, memory, this::write);
    intake = new Intake(carrier, table, address, memory, this);
  }

  State state() {
    return state;
  }

  /** Account of all that is kept for this client. */
  ClientMemory.Holder memory() {
    return memory;
  }

  /** Null when both may be used, else a sentence that says which may not. */
  static String complaintAbout(String roomId, String peerId) {
    return !isName(roomId) ? "roomId is missing, longer than 128 characters, or has control characters"
        : !isName(peerId) ? "peerId is missing, longer than 128 characters, or has control characters"
        : null;
  }

  /** Control characters are refused because these names stand in log lines. */
  private static boolean isName(String name) {
    return name != null && !name.isEmpty() && name.length() <= MAX_NAME_CHARACTERS
        && name.chars().noneMatch(Character::isISOControl);
  }

  /** The client has said who it is: frames go to the endpoint from now on. */
  void open(String roomId, String peerId) {
    if (state != State.AWAITING_HELLO) {
      return;
    }
    state = State.OPEN;
    try {
      session = table.endpoint().open(roomId, peerId, this);
    } catch (PlenumException e) {
      beginClose(ProtooConnection.CLOSED_BY_SERVER, e.code() + ": " + e.getMessage());
    } catch (RuntimeException e) {
      log.error("signaling open failed remote={} room={} peer={}", remoteAddress(), roomId, peerId, e);
      beginClose(CloseCodes.INTERNAL, "the server could not open this; its log says why");
    }
  }

  // ---- from the carrier

  void onFrames(List<String> frames) {
    onHeard();
    inFragments = false;
    if (active()) {
      intake.onFrames(frames);
    } else {
      frames.forEach(frame -> intake.pay(frame.length()));
    }
  }

  /**
   * Frames that came wrapped together. The wrapping costs something only where it is more than that: around nothing, or
   * around little.
   *
   * @param characters of the whole
   */
  void onEnvelope(List<String> frames, int characters) {
    int wrapping = characters - frames.stream().mapToInt(String::length).sum();
    if (frames.isEmpty() || wrapping > Math.max(Intake.CHARACTERS_PER_UNIT, characters / 2)) {
      onOtherFrame(wrapping);
    }
    onFrames(frames);
  }

  /** Part of a message, which the carrier keeps until the last one, for {@link #MESSAGE_NS} at the most. */
  void onFragment() {
    if (!inFragments) {
      inFragments = true;
      fragmentsSinceNs = loop.nowNs();
    }
    // The message will pay for its bytes.
    onOtherFrame(0);
  }

  /**
   * A ping, a pong, a fragment, or a binary frame: nothing to deliver, but it costs as much as a message.
   *
   * @param bytes that are thrown away
   */
  void onOtherFrame(int bytes) {
    onHeard();
    intake.pay(bytes);
  }

  void onHeard() {
    lastHeardNs = loop.nowNs();
  }

  /** While we did not listen, its silence proved nothing. */
  @Override
  public void onListening() {
    onHeard();
  }

  void onTooLarge() {
    counters.dropped(SignalingCounters.Dropped.TOO_LARGE);
    beginClose(CloseCodes.TOO_LARGE, "a message may have " + table.messageBytes() + " bytes");
  }

  void onMalformed(int code, String reason) {
    counters.dropped(SignalingCounters.Dropped.MALFORMED);
    beginClose(code, reason);
  }

  /** The line is gone, from whichever side. */
  void onClosed() {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    intake.clear();
    outbox.drop();
    memory.close();
    address.close();
    table.remove(this);
    endSession();
  }

  @Override
  public void take(String frame) {
    if (state == State.AWAITING_HELLO) {
      onHello(frame);
      return;
    }
    Runnable handled = intake.keep(frame);
    try {
      session.onFrame(frame, () -> loop.run(handled));
    } catch (RuntimeException e) {
      handled.run();
      log.error("signaling frame failed remote={}", remoteAddress(), e);
      beginClose(CloseCodes.INTERNAL, "the server failed on this message; its log says why");
    }
  }

  private void onHello(String frame) {
    JsonNode hello;
    try {
      hello = SignalingJson.MAPPER.readTree(frame);
    } catch (JsonProcessingException e) {
      hello = null;
    }
    if (hello == null || !hello.path("notification").asBoolean() || !hello.path("method").asText().equals("hello")) {
      counters.dropped(SignalingCounters.Dropped.NO_HELLO);
      beginClose(CloseCodes.POLICY, "the first frame must be the notification hello with roomId and peerId");
      return;
    }
    String roomId = hello.path("data").path("roomId").textValue();
    String peerId = hello.path("data").path("peerId").textValue();
    String complaint = complaintAbout(roomId, peerId);
    if (complaint != null) {
      counters.dropped(SignalingCounters.Dropped.NO_HELLO);
      beginClose(CloseCodes.POLICY, complaint);
      return;
    }
    open(roomId, peerId);
  }

  // ---- to the client

  @Override
  public void send(String frame) {
    send(OutgoingFrame.of(frame));
  }

  @Override
  public void send(OutgoingFrame frame) {
    // Counted here and not on the loop, so that what waits for a busy loop is bounded as well.
    if (!outbox.add(frame) && overflowed.compareAndSet(false, true)) {
      loop.run(this::closeSlowReader);
    }
  }

  private Future<Void> write(OutgoingFrame frame) {
    counters.framesOut.increment();
    if (frame.answer() && active()) {
      intake.payForAnswer(frame.length());
    }
    return carrier.write(frame.text());
  }

  @Override
  public void close(int code, String reason) {
    outbox.seal();
    loop.run(() -> beginClose(code, reason));
  }

  @Override
  public Object address() {
    return address.key();
  }

  @Override
  public String remoteAddress() {
    return carrier.remoteAddress();
  }

  private void closeSlowReader() {
    if (active()) {
      counters.dropped(SignalingCounters.Dropped.SLOW_READER);
      outbox.drop();
      beginClose(CloseCodes.TRY_LATER, "the client does not read what it is sent");
    }
  }

  /**
   * Of all clients this one holds most, and there is no room for all. It is cut, because a goodbye would wait as the
   * rest does.
   */
  private void onMemoryFull() {
    counters.dropped(SignalingCounters.Dropped.NODE_FULL);
    log.debug("signaling cut remote={} bytes={}: the node's clients hold more than {} bytes", remoteAddress(), memory.bytes(),
        table.memory().limitBytes());
    if (active()) {
      state = State.CLOSING;
      closingNs = loop.nowNs();
    }
    intake.clear();
    outbox.drop();
    loop.run(this::endSession);
    carrier.abort();
  }

  private void beginClose(int code, String reason) {
    if (!active()) {
      return;
    }
    state = State.CLOSING;
    closingNs = loop.nowNs();
    intake.clear();
    log.debug("signaling closing remote={} code={} reason=\"{}\"", remoteAddress(), code, reason);
    outbox.finish(() -> carrier.close(code, CloseCodes.reason(reason)));
    // The goodbye of a client that does not read takes seconds; its room should know at once.
    loop.run(this::endSession);
  }

  void abort() {
    carrier.abort();
  }

  private void endSession() {
    SignalingEndpoint.Connection ended = session;
    session = null;
    if (ended != null) {
      try {
        ended.onClosed();
      } catch (RuntimeException e) {
        log.error("signaling close failed remote={}", remoteAddress(), e);
      }
    }
  }

  // ---- time

  /** Called about once a second. */
  void onSweep(long nowNs) {
    if (state == State.CLOSING && nowNs - closingNs > GOODBYE_NS) {
      carrier.abort();
    }
    if (!active()) {
      return;
    }
    if (intake.roomIsBehind()) {
      // It is we who do not let it go on.
      fragmentsSinceNs = nowNs;
    }
    if (state == State.AWAITING_HELLO && nowNs - openedNs > HELLO_TIMEOUT_NS) {
      counters.dropped(SignalingCounters.Dropped.NO_HELLO);
      beginClose(CloseCodes.TIMEOUT, "no hello within 10 s");
    } else if (inFragments && nowNs - fragmentsSinceNs > MESSAGE_NS) {
      counters.dropped(SignalingCounters.Dropped.UNFINISHED);
      beginClose(CloseCodes.TIMEOUT, "a message in fragments must be whole within 10 s");
    } else if (outbox.stalled(nowNs, STALL_NS)) {
      closeSlowReader();
    } else if (intake.listening() && nowNs - lastHeardNs > carrier.silenceLimitNs()) {
      counters.dropped(SignalingCounters.Dropped.SILENT);
      beginClose(CloseCodes.TIMEOUT, "nothing heard of the client");
    } else if (nowNs - lastKeepAliveNs >= KEEP_ALIVE_NS) {
      lastKeepAliveNs = nowNs;
      outbox.track(carrier.keepAlive());
    }
  }

  /** We did not listen for that long, so the client's silence proves nothing. */
  void forgive(long pauseNs) {
    lastHeardNs += pauseNs;
    fragmentsSinceNs += pauseNs;
    outbox.forgive(pauseNs);
  }

  @Override
  public boolean active() {
    return state == State.AWAITING_HELLO || state == State.OPEN;
  }
}
