package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real datagrams on the loopback address, with native transport where there is one, and without. */
class UdpSocketTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int TIMEOUT_MS = 20_000;

  private final NetCounters counters = new NetCounters();
  private Vertx vertx;

  @AfterEach
  void tearDown() {
    await(vertx.close().toCompletionStage().toCompletableFuture());
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
  }

  /** Sends each datagram back as often as its first byte says, each copy with its number in the second byte. */
  private static final class Echo implements UdpSocket.Receiver {
    UdpSocket socket;
    int reads;

    @Override
    public void onDatagram(InetSocketAddress source, byte[] bytes, int length) {
      int copies = bytes[0];
      for (int i = 0; i < copies; i++) {
        bytes[1] = (byte) i;
        socket.send(source, bytes, 0, length);
      }
    }

    @Override
    public void onReadComplete() {
      reads++;
    }
  }

  private UdpSocket open(boolean nativeTransport, Echo echo) {
    vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(nativeTransport).setEventLoopPoolSize(2));
    Context context = new EventLoops(vertx, 1, 1, null).media().get(0);
    CompletableFuture<UdpSocket> opened = new CompletableFuture<>();
    context.runOnContext(v -> UdpSocket
        .open(vertx, context, new InetSocketAddress(LOOPBACK, 0), "key", echo, counters, null)
        .onSuccess(socket -> {
          echo.socket = socket;
          opened.complete(socket);
        })
        .onFailure(opened::completeExceptionally));
    return await(opened);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsSentInOneReadArrivesWholeAndInOrder(boolean nativeTransport) throws Exception {
    UdpSocket socket = open(nativeTransport, new Echo());
    try (DatagramSocket client = new DatagramSocket(0, LOOPBACK)) {
      client.setSoTimeout(TIMEOUT_MS);
      for (int length : new int[] {1_200, 60, 1_201}) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) length);
        bytes[0] = 40;
        client.send(new DatagramPacket(bytes, length, socket.localAddress()));
        DatagramPacket datagram = new DatagramPacket(new byte[2_000], 2_000);
        for (int i = 0; i < 40; i++) {
          datagram.setLength(2_000);
          client.receive(datagram);
          bytes[1] = (byte) i;
          assertArrayEquals(bytes, Arrays.copyOf(datagram.getData(), datagram.getLength()), length + " " + i);
        }
      }
    }
    assertEquals(3 * 40, counters.datagramsSent());
    // Forty of equal size are three batches of 16 at most.
    assertEquals(socket.sendsTogether() ? 3 * 3 : 3 * 40, counters.sends());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void manyReceiversGetTheirOwn(boolean nativeTransport) throws Exception {
    UdpSocket socket = open(nativeTransport, new Echo());
    List<DatagramSocket> clients = new ArrayList<>();
    try {
      for (int i = 0; i < 30; i++) {
        DatagramSocket client = new DatagramSocket(0, LOOPBACK);
        client.setSoTimeout(TIMEOUT_MS);
        clients.add(client);
      }
      for (int i = 0; i < 30; i++) {
        byte[] bytes = {3, 0, (byte) i, 0, 0};
        clients.get(i).send(new DatagramPacket(bytes, bytes.length, socket.localAddress()));
      }
      for (int i = 0; i < 30; i++) {
        for (int copy = 0; copy < 3; copy++) {
          DatagramPacket datagram = new DatagramPacket(new byte[100], 100);
          clients.get(i).receive(datagram);
          assertEquals(5, datagram.getLength());
          assertEquals(copy, datagram.getData()[1]);
          assertEquals(i, datagram.getData()[2]);
        }
      }
    } finally {
      clients.forEach(DatagramSocket::close);
    }
  }
}
