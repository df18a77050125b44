package io.plenum.server.web;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * Three things that Vert.x does not let us do to a connection, done on the Netty channel below it. The one place here
 * that knows its inside.
 */
final class NettyLine {
  /** Vert.x's own name for its last handler. */
  private static final String VERTX_HANDLER = "handler";

  private NettyLine() {}

  /**
   * Cuts the connection now. Vert.x closes only after everything queued has been written, which a client that does not
   * read can put off for ever; so this starts below Vert.x's handler.
   */
  static void cut(HttpConnection connection) {
    if (connection instanceof ConnectionBase base) {
      base.channel().pipeline().firstContext().close();
    } else {
      connection.close();
    }
  }

  /**
   * Puts a gate before the decoder of a WebSocket.
   *
   * @param connection what it was upgraded from; call it on its loop
   * @throws NoSuchElementException if the connection is gone already
   */
  static ReadGate gate(HttpConnection connection, ReadGate.Watcher watcher) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    ChannelHandlerContext decoder = pipeline.context(WebSocketFrameDecoder.class);
    if (decoder == null) {
      throw new NoSuchElementException("no WebSocket any more");
    }
    ReadGate gate = new ReadGate(watcher);
    pipeline.addBefore(decoder.name(), null, gate);
    return gate;
  }

  /**
   * Lets us say goodbye after a frame that the codec refuses. Vert.x would close at once, with the rest of that frame
   * unread, and the reset that follows would overtake any close frame; the codec in turn skips all input from then on.
   *
   * @param connection what a WebSocket was upgraded from; call it on its loop
   */
  static void onCorruptFrame(HttpConnection connection, Consumer<CorruptedWebSocketFrameException> handler) {
    ChannelPipeline pipeline = ((ConnectionBase) connection).channel().pipeline();
    pipeline.addBefore(VERTX_HANDLER, null, new ChannelInboundHandlerAdapter() {
      private boolean told;

      @Override
      public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (!(cause instanceof CorruptedWebSocketFrameException corrupted)) {
          context.fireExceptionCaught(cause);
        } else if (!told) {
          told = true;
          handler.accept(corrupted);
        }
      }
    });
  }
}
