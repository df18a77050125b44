package io.plenum.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * What one socket reads into: the same memory again and again, since whatever is read has been copied when the next
 * read begins. Allocating it for each read cost as much as the read. On the socket's loop.
 */
final class ReadBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
  private final int bytes;
  private final ByteBuf buffer;

  /** @param datagrams handed over before the read is said to be complete */
  ReadBuffer(int bytes, int datagrams) {
    super(datagrams);
    this.bytes = bytes;
    this.buffer = Unpooled.directBuffer(bytes, bytes);
  }

  @Override
  @SuppressWarnings("deprecation") // Netty's own allocators implement it, too.
  public Handle newHandle() {
    return new MaxMessageHandle() {
      @Override
      public int guess() {
        return bytes;
      }

      @Override
      public ByteBuf allocate(ByteBufAllocator allocator) {
        // Somebody still holds what was read before: then this once another.
        return buffer.refCnt() == 1 ? buffer.clear().retain() : allocator.directBuffer(bytes, bytes);
      }
    };
  }

  void close() {
    buffer.release();
  }
}
