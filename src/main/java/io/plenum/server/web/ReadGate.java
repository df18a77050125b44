package io.plenum.server.web;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Stands before a WebSocket's decoder and can be shut. Vert.x's own pause goes on decoding until two dozen frames wait, each
 * as large as a message may be, and answers pings meanwhile; behind this gate there is at most what one read has brought,
 * as bytes. What is read goes to the decoder in pieces, so that whoever shuts the gate in the middle of a flood of the
 * smallest frames gets few more. On the channel's loop.
 */
final class ReadGate extends ChannelInboundHandlerAdapter {
  /** Some hundreds of the smallest frames, of six bytes. */
  static final int PIECE_BYTES = 4_096;

  /** Told of the bytes that a client's unfinished frames take up. */
  interface Watcher {
    /** So many more are kept before the gate; fewer, if negative. */
    void onHeld(int bytes);

    /** So many go to the decoder now. */
    void onPassed(int bytes);
  }

  private final Watcher watcher;
  private final Queue<ByteBuf> held = new ArrayDeque<>();
  private ChannelHandlerContext context;
  private boolean shut;
  private boolean feeding;
  private boolean fedSinceCompletion;

  ReadGate(Watcher watcher) {
    this.watcher = watcher;
  }

  /** Nothing more is read or decoded, but for the piece in hand. */
  void shut() {
    shut = true;
    context.channel().config().setAutoRead(false);
  }

  void open() {
    shut = false;
    if (!feeding && !context.isRemoved()) {
      feed();
      channelReadComplete(context);
    }
  }

  private void feed() {
    feeding = true;
    try {
      while (!shut && !held.isEmpty()) {
        fedSinceCompletion = true;
        ByteBuf first = held.peek();
        watcher.onPassed(Math.min(PIECE_BYTES, first.readableBytes()));
        if (first.readableBytes() > PIECE_BYTES) {
          context.fireChannelRead(first.readRetainedSlice(PIECE_BYTES));
        } else {
          watcher.onHeld(-first.capacity());
          context.fireChannelRead(held.remove());
        }
      }
    } finally {
      feeding = false;
    }
    Channel channel = context.channel();
    if (!shut && channel.isActive()) {
      channel.config().setAutoRead(true);
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    this.context = context;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      fedSinceCompletion = true;
      context.fireChannelRead(message);
      return;
    }
    held.add(bytes);
    // The whole of it stays as long as any of it does.
    watcher.onHeld(bytes.capacity());
    if (!feeding) {
      feed();
    }
  }

  /**
   * Of what has not come through nobody is told: a decoder that got nothing, and finds that it must ask, asks for more. Vert.x, in
   * turn, writes nothing out between a read and its completion.
   */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (fedSinceCompletion) {
      fedSinceCompletion = false;
      context.fireChannelReadComplete();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    release();
    context.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    release();
  }

  private void release() {
    held.forEach(bytes -> {
      watcher.onHeld(-bytes.capacity());
      ReferenceCountUtil.release(bytes);
    });
    held.clear();
  }
}
