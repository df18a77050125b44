package io.plenum.server.web;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.List;

/**
 * A SockJS session over plain HTTP: what we send waits for the client's next receiving request (a poll, or a stream
 * that lasts some seconds), what it sends comes in requests of its own. Each request is a sign of life; a stream ends
 * after {@link #STREAM_NS} so that the client has to give one.
 */
final class SockJsSession implements Carrier {
  /** How a receiving request wants its frames. */
  enum Receiver { POLL, STREAM, EVENT_SOURCE }

  /** A stream also ends when it has carried this much: the browser keeps all of it in memory. */
  private static final int STREAM_CHARACTERS = 128 * 1024;
  static final long STREAM_NS = 10_000_000_000L;
  /** A stream's length, and 8 s for the client to come back. */
  private static final long SILENCE_LIMIT_NS = STREAM_NS + 8_000_000_000L;
  /** SockJS §close: the code of a second receiver while one is open. */
  private static final int ANOTHER_CONNECTION = 2010;
  /** Browsers show a stream only when some of it is there. */
  private static final String STREAM_PRELUDE = "h".repeat(2_048) + "\n";

  private final ConnectionTable table;
  private final Runnable onEnd;
  private final String remoteAddress;
  private final List<String> outbox = new ArrayList<>();
  private final List<Promise<Void>> sent = new ArrayList<>();
  private ClientConnection connection;
  private HttpServerRequest receiver;
  private Receiver kind;
  private long receiverSinceNs;
  private int receiverCharacters;
  private boolean opened;
  private boolean paused;
  private Runnable heldAnswer;
  private String goodbye;
  private boolean ended;

  /** @param onEnd called once, when the session may be forgotten */
  SockJsSession(HttpServerRequest first, ConnectionTable table, Runnable onEnd) {
    this.table = table;
    this.onEnd = onEnd;
    remoteAddress = String.valueOf(first.remoteAddress());
    connection = table.add(this, first.remoteAddress());
  }

  /** A request through which we may send; its headers are written but for what the kind asks for. */
  void onReceiver(HttpServerRequest request, Receiver how) {
    connection.onHeard();
    HttpServerResponse response = request.response().setChunked(true);
    String prelude = how == Receiver.STREAM ? STREAM_PRELUDE : how == Receiver.EVENT_SOURCE ? "\r\n" : "";
    if (receiver != null) {
      response.end(prelude + line(how, SockJsFrames.close(ANOTHER_CONNECTION, "Another connection still open")));
      return;
    }
    receiver = request;
    kind = how;
    receiverSinceNs = table.loop().nowNs();
    receiverCharacters = 0;
    response.closeHandler(ignored -> onReceiverGone(request));
    if (!prelude.isEmpty()) {
      response.write(prelude);
    }
    if (!opened) {
      opened = true;
      writeLine(SockJsFrames.OPEN);
    }
    flush();
  }

  /** The client broke the line while we could still have sent on it: as with a WebSocket, that ends the connection. */
  private void onReceiverGone(HttpServerRequest request) {
    if (receiver == request) {
      receiver = null;
      end();
    }
  }

  /**
   * What the client says. One such request at a time: the next one is the client's only after this one's answer.
   *
   * @param frames none if the body made no sense; it costs all the same
   * @param characters of the body
   * @param answer to be run when more may come
   * @return false when the request before this one still waits for its answer
   */
  boolean onBody(List<String> frames, int characters, Runnable answer) {
    if (heldAnswer != null) {
      connection.onOtherFrame(characters);
      return false;
    }
    heldAnswer = answer;
    connection.onEnvelope(frames, characters);
    answerUnlessPaused();
    return true;
  }

  ClientConnection connection() {
    return connection;
  }

  @Override
  public Future<Void> write(String frame) {
    Promise<Void> promise = Promise.promise();
    outbox.add(frame);
    sent.add(promise);
    flush();
    return promise.future();
  }

  private void flush() {
    if (receiver != null && !outbox.isEmpty()) {
      List<Promise<Void>> promises = List.copyOf(sent);
      String message = SockJsFrames.message(outbox);
      outbox.clear();
      sent.clear();
      writeLine(message).onComplete(result -> promises.forEach(promise -> promise.handle(result)));
    }
    if (receiver != null && goodbye != null) {
      writeLine(goodbye);
      endReceiver();
      end();
    }
  }

  private Future<Void> writeLine(String text) {
    String line = line(kind, text);
    receiverCharacters += line.length();
    Future<Void> written = receiver.response().write(line);
    if (kind == Receiver.POLL || receiverCharacters > STREAM_CHARACTERS) {
      endReceiver();
    }
    return written;
  }

  private static String line(Receiver kind, String text) {
    return kind == Receiver.EVENT_SOURCE ? "data: " + text + "\r\n\r\n" : text + "\n";
  }

  private void endReceiver() {
    if (receiver != null) {
      HttpServerResponse response = receiver.response();
      receiver = null;
      response.end();
    }
  }

  @Override
  public Future<Void> keepAlive() {
    if (receiver == null) {
      return Future.succeededFuture();
    }
    Future<Void> written = writeLine(SockJsFrames.HEARTBEAT);
    if (table.loop().nowNs() - receiverSinceNs >= STREAM_NS) {
      endReceiver();
    }
    return written;
  }

  @Override
  public void pause() {
    paused = true;
  }

  @Override
  public void resume() {
    paused = false;
    answerUnlessPaused();
  }

  private void answerUnlessPaused() {
    if (!paused && heldAnswer != null) {
      Runnable answer = heldAnswer;
      heldAnswer = null;
      answer.run();
    }
  }

  @Override
  public void close(int code, String reason) {
    goodbye = SockJsFrames.close(code, reason);
    resume();
    flush();
  }

  @Override
  public void abort() {
    if (receiver != null) {
      NettyLine.cut(receiver.connection());
      receiver = null;
    }
    end();
  }

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    resume();
    List<Promise<Void>> unsent = List.copyOf(sent);
    outbox.clear();
    sent.clear();
    unsent.forEach(promise -> promise.fail("the connection is closed"));
    onEnd.run();
    connection.onClosed();
  }

  @Override
  public long silenceLimitNs() {
    return SILENCE_LIMIT_NS;
  }

  @Override
  public String remoteAddress() {
    return remoteAddress;
  }
}
