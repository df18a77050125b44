package io.plenum.server.web;

import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Frames over a WebSocket (RFC 6455): either one text message for each, or wrapped as SockJS's own WebSocket transport
 * does it. Puts fragments together itself, so that a message too large ends with 1009 before it is held.
 */
final class WebSocketCarrier implements Carrier {
  /** Three pings unanswered. */
  private static final long SILENCE_LIMIT_NS = 15_000_000_000L;

  private final ServerWebSocket socket;
  private final HttpConnection line;
  private final boolean sockJs;
  private final int messageBytes;
  private final int burst;
  private final int wireBytes;
  private ClientConnection connection;
  private ClientMemory.Holder memory;
  private int fragmentBytes;
  private int undecodedBytes;
  private final Bytes bytes = new Bytes();
  private ReadGate gate;
  private Buffer fragments;
  private boolean inBinary;

  private WebSocketCarrier(ServerWebSocket socket, HttpConnection line, boolean sockJs, ConnectionTable table) {
    this.socket = socket;
    this.line = line;
    this.sockJs = sockJs;
    messageBytes = table.messageBytes();
    burst = table.messagesPerSecond() * Intake.BURST_SECONDS;
    wireBytes = sockJs ? SockJsFrames.maxBodyBytes(messageBytes) : messageBytes;
  }

  /**
   * Takes a socket over, on its loop, in the same turn that it was upgraded.
   *
   * @param line what the socket was upgraded from
   */
  static ClientConnection attach(ServerWebSocket socket, HttpConnection line, boolean sockJs, ConnectionTable table) {
    WebSocketCarrier carrier = new WebSocketCarrier(socket, line, sockJs, table);
    carrier.connection = table.add(carrier, socket.remoteAddress());
    try {
      NettyLine.onCorruptFrame(line, carrier::onCorruptFrame);
      carrier.gate = NettyLine.gate(line, carrier.bytes);
      socket.frameHandler(carrier::onFrame);
      socket.exceptionHandler(ignored -> { });
      socket.closeHandler(ignored -> carrier.onClosed());
    } catch (IllegalStateException | NoSuchElementException alreadyGone) {
      carrier.onClosed();
      return carrier.connection;
    }
    if (sockJs) {
      socket.writeTextMessage(SockJsFrames.OPEN);
    }
    return carrier.connection;
  }

  private void onClosed() {
    fragments(null);
    countUndecoded(0);
    connection.onClosed();
  }

  @Override
  public void memory(ClientMemory.Holder memory) {
    this.memory = memory;
  }

  private void fragments(Buffer all) {
    fragments = all;
    int bytes = all == null ? 0 : all.length();
    memory.add(bytes - fragmentBytes);
    fragmentBytes = bytes;
  }

  private void countUndecoded(int bytes) {
    memory.add(bytes - undecodedBytes);
    undecodedBytes = bytes;
  }

  /** Bytes that have come and are no frame yet: before the gate, and in the decoder behind it. */
  private final class Bytes implements ReadGate.Watcher {
    /** Less is not worth the counting. */
    private static final int COUNTED_BYTES = 16 * 1024;
    private int sinceFrame;

    @Override
    public void onHeld(int bytes) {
      memory.add(bytes);
    }

    @Override
    public void onPassed(int bytes) {
      sinceFrame += bytes;
      if (sinceFrame - undecodedBytes >= COUNTED_BYTES) {
        countUndecoded(sinceFrame);
      }
    }

    void onFrame() {
      sinceFrame = 0;
      if (undecodedBytes > 0) {
        countUndecoded(0);
      }
    }
  }

  /** A frame above even the largest envelope, or none at all. */
  private void onCorruptFrame(CorruptedWebSocketFrameException corrupted) {
    if (corrupted.closeStatus().equals(WebSocketCloseStatus.MESSAGE_TOO_BIG)) {
      connection.onTooLarge();
    } else {
      connection.onMalformed(CloseCodes.PROTOCOL, "this is no WebSocket frame");
    }
  }

  private void onFrame(WebSocketFrame frame) {
    bytes.onFrame();
    switch (frame.type()) {
      case TEXT, BINARY, CONTINUATION -> onData(frame);
      // Vert.x has answered the ping.
      case PING, PONG -> connection.onOtherFrame(0);
      default -> { }
    }
  }

  private void onData(WebSocketFrame frame) {
    if (!frame.isContinuation()) {
      inBinary = frame.isBinary();
      fragments(null);
    }
    Buffer part = frame.binaryData();
    if (inBinary) {
      connection.onOtherFrame(part.length());
      return;
    }
    int length = part.length() + (fragments == null ? 0 : fragments.length());
    if (length > wireBytes) {
      fragments(null);
      connection.onTooLarge();
    } else if (frame.isFinal()) {
      Buffer message = fragments == null ? part : fragments.appendBuffer(part);
      fragments(null);
      onMessage(message);
    } else {
      fragments((fragments == null ? Buffer.buffer() : fragments).appendBuffer(part));
      connection.onFragment();
    }
  }

  private void onMessage(Buffer message) {
    String text = Utf8.text(message);
    if (text == null) {
      connection.onMalformed(CloseCodes.NOT_UTF8, "a text frame must be UTF-8");
      return;
    }
    if (!sockJs) {
      connection.onFrames(List.of(text));
      return;
    }
    SockJsFrames.Parsed parsed = SockJsFrames.parse(text, messageBytes, burst);
    if (parsed.fault() == null) {
      connection.onEnvelope(parsed.frames(), text.length());
    } else if (parsed.fault() == SockJsFrames.Fault.TOO_LARGE) {
      connection.onTooLarge();
    } else {
      connection.onMalformed(CloseCodes.POLICY, "Broken JSON encoding.");
    }
  }

  @Override
  public Future<Void> write(String frame) {
    return socket.writeTextMessage(sockJs ? SockJsFrames.message(List.of(frame)) : frame);
  }

  @Override
  public Future<Void> keepAlive() {
    return socket.writePing(Buffer.buffer());
  }

  @Override
  public void pause() {
    gate.shut();
  }

  @Override
  public void resume() {
    gate.open();
  }

  @Override
  public void close(int code, String reason) {
    if (sockJs) {
      socket.writeTextMessage(SockJsFrames.close(code, reason));
    }
    // What it still says is not listened to, but its close frame must be seen.
    gate.open();
    socket.close((short) code, reason);
  }

  @Override
  public void abort() {
    NettyLine.cut(line);
  }

  @Override
  public long silenceLimitNs() {
    return SILENCE_LIMIT_NS;
  }

  @Override
  public String remoteAddress() {
    return String.valueOf(socket.remoteAddress());
  }
}
