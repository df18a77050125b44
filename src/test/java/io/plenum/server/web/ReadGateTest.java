package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class ReadGateTest {
  private int heldBytes;
  private int passedBytes;
  private final ReadGate gate = new ReadGate(new ReadGate.Watcher() {
    @Override
    public void onHeld(int bytes) {
      heldBytes += bytes;
    }

    @Override
    public void onPassed(int bytes) {
      passedBytes += bytes;
    }
  });
  private final StringBuilder passed = new StringBuilder();
  private int largestPiece;
  private int completions;
  private Runnable onPiece = () -> { };
  private final EmbeddedChannel channel = new EmbeddedChannel(gate, new ChannelInboundHandlerAdapter() {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      ByteBuf piece = (ByteBuf) message;
      largestPiece = Math.max(largestPiece, piece.readableBytes());
      passed.append(piece.toString(java.nio.charset.StandardCharsets.US_ASCII));
      piece.release();
      onPiece.run();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      completions++;
    }
  });

  private static String text(int length) {
    StringBuilder text = new StringBuilder(length + 10);
    for (int i = 0; text.length() < length; i++) {
      text.append(i).append(' ');
    }
    return text.substring(0, length);
  }

  private ByteBuf read(String text) {
    ByteBuf bytes = Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.US_ASCII);
    channel.writeInbound(bytes);
    return bytes;
  }

  @Test
  void anOpenGateLetsEverythingThroughInPieces() {
    String text = text(100_000);
    ByteBuf bytes = read(text);
    assertEquals(text, passed.toString());
    assertEquals(ReadGate.PIECE_BYTES, largestPiece);
    assertEquals(1, completions);
    assertEquals(0, bytes.refCnt());
  }

  @Test
  void whoShutsItInTheMiddleGetsNoOtherPieceUntilItIsOpened() {
    onPiece = gate::shut;
    String text = text(100_000);
    read(text);
    assertEquals(ReadGate.PIECE_BYTES, passed.length());
    assertFalse(channel.config().isAutoRead());

    onPiece = () -> { };
    gate.open();
    assertEquals(text, passed.toString());
    assertTrue(channel.config().isAutoRead());
    assertEquals(2, completions);
  }

  @Test
  void eachOpeningMayBeForOnePieceOnly() {
    onPiece = gate::shut;
    String text = text(10 * ReadGate.PIECE_BYTES);
    read(text);
    for (int pieces = 2; pieces <= 10; pieces++) {
      gate.open();
      assertEquals(pieces * ReadGate.PIECE_BYTES, passed.length());
      assertFalse(channel.config().isAutoRead());
    }
    assertEquals(text, passed.toString());
  }

  @Test
  void whatIsReadAllTheSameWaitsAndNobodyHearsOfIt() {
    gate.shut();
    read("a");
    read("b");
    assertEquals("", passed.toString());
    assertEquals(0, completions, "a decoder would ask for more");
    gate.open();
    assertEquals("ab", passed.toString());
  }

  @Test
  void itMayBeOpenedAgainFromWithin() {
    onPiece = () -> {
      gate.shut();
      gate.open();
    };
    String text = text(10 * ReadGate.PIECE_BYTES);
    read(text);
    assertEquals(text, passed.toString());
    assertTrue(channel.config().isAutoRead());
  }

  @Test
  void whatWaitsWhenTheLineGoesIsGivenBack() {
    gate.shut();
    ByteBuf bytes = read("a");
    channel.close();
    assertEquals(0, bytes.refCnt());
    gate.open();
    assertEquals("", passed.toString());
  }
}
