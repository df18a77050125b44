package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SendBatchesTest {
  private final InetSocketAddress anna = new InetSocketAddress("127.0.0.1", 1);
  private final InetSocketAddress bert = new InetSocketAddress("127.0.0.1", 2);
  private final SendBatches batches = new SendBatches();
  private final List<String> written = new ArrayList<>();
  private final List<ByteBuf> channel = new ArrayList<>();

  @AfterEach
  void tearDown() {
    batches.close();
    channel.forEach(ByteBuf::release);
    channel.forEach(bytes -> assertEquals(0, bytes.refCnt(), "a buffer is left behind"));
  }

  private void add(InetSocketAddress remote, int first, int length) {
    add(remote, first, length, true);
  }

  private void add(InetSocketAddress remote, int first, int length, boolean together) {
    byte[] bytes = new byte[length + 3];
    for (int i = 0; i < length; i++) {
      bytes[3 + i] = (byte) first;
    }
    batches.add(remote, bytes, 3, length, together);
  }

  /** Each batch as receiver, segment size, and the first byte of each datagram. */
  private List<String> write() {
    written.clear();
    batches.writeTo((remote, bytes, segmentBytes, datagrams) -> {
      StringBuilder out = new StringBuilder((remote == anna ? "anna " : "bert ") + segmentBytes + ":");
      int count = 0;
      for (int at = 0; at < bytes.readableBytes(); at += segmentBytes, count++) {
        out.append(' ').append(bytes.getByte(at));
      }
      assertEquals(count, datagrams);
      written.add(out.toString());
      channel.add(bytes);
    });
    return written;
  }

  private void sendAll() {
    channel.forEach(ByteBuf::release);
    channel.clear();
    batches.reclaim();
  }

  @Test
  void whatGoesToOneReceiverLeavesTogether() {
    add(anna, 1, 100);
    add(bert, 2, 100);
    add(anna, 3, 100);
    add(bert, 4, 100);
    add(anna, 5, 100);
    assertEquals(List.of("anna 100: 1 3 5", "bert 100: 2 4"), write());
  }

  @Test
  void onlyTheLastMayBeSmaller() {
    add(anna, 1, 100);
    add(anna, 2, 60);
    add(anna, 3, 60);
    add(anna, 4, 100);
    assertEquals(List.of("anna 100: 1 2", "anna 60: 3", "anna 100: 4"), write());
  }

  @Test
  void aLargerOneBeginsAnewAndOrderIsKept() {
    add(anna, 1, 60);
    add(anna, 2, 100);
    add(anna, 3, 100);
    assertEquals(List.of("anna 60: 1", "anna 100: 2 3"), write());
  }

  @Test
  void withoutSegmentationEachLeavesAlone() {
    add(anna, 1, 100, false);
    add(anna, 2, 100, false);
    assertEquals(List.of("anna 100: 1", "anna 100: 2"), write());
  }

  @Test
  void aBatchIsLimited() {
    for (int i = 0; i < SendBatches.MAX_DATAGRAMS + 1; i++) {
      add(anna, i, 1_500);
    }
    assertEquals(2, write().size());
    assertEquals("anna 1500: " + SendBatches.MAX_DATAGRAMS, written.get(1));
  }

  @Test
  void manyReceiversAreKeptApart() {
    List<InetSocketAddress> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      all.add(new InetSocketAddress("127.0.0.1", 1 + i));
    }
    for (int round = 0; round < 3; round++) {
      for (InetSocketAddress each : all) {
        batches.add(each, new byte[] {(byte) round}, 0, 1, true);
      }
    }
    assertEquals(6_000, batches.waitingDatagrams());
    List<InetSocketAddress> receivers = new ArrayList<>();
    batches.writeTo((remote, bytes, segmentBytes, datagrams) -> {
      assertEquals(3, datagrams);
      receivers.add(remote);
      channel.add(bytes);
    });
    assertEquals(all, receivers);
    assertEquals(0, batches.waitingDatagrams());
  }

  @Test
  void afterAFlushAReceiverBeginsAnew() {
    add(anna, 1, 100);
    write();
    add(anna, 2, 100);
    assertEquals(List.of("anna 100: 2"), write());
  }

  @Test
  void buffersAreUsedAgainOnceTheChannelIsDoneWithThem() {
    add(anna, 1, 100);
    write();
    sendAll();
    add(bert, 2, 100);
    write();
    assertEquals(1, batches.buffers());

    batches.reclaim();
    add(anna, 3, 100);
    assertEquals(2, batches.buffers(), "bert's is still in the channel's hands");
    assertEquals(List.of("anna 100: 3"), write());
    assertEquals(2, channel.get(0).getByte(0), "and was not written over");
  }
}
