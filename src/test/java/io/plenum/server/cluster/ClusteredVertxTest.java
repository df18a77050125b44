package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.FreePorts;
import io.plenum.server.ServerIdentity;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two members in this process, on their real ports. */
class ClusteredVertxTest {
  private static final String HOST = "127.0.0.1";
  private static final String SECRET = "the secret of this test";
  private static final int PATIENCE_S = 60;
  private static final List<ClusteredVertx> members = new ArrayList<>();
  private static final int[] busPorts = new int[2];

  private static ClusteredVertx join(int port, int busPort, String others) throws Exception {
    PlenumConfig config = new ConfigLoader().load(Map.of("cluster.enabled", "true", "node.ip", HOST, "cluster.secret", SECRET,
        "cluster.port", Integer.toString(port), "cluster.busPort", Integer.toString(busPort), "cluster.members", others));
    return await(ClusteredVertx.join(
        new VertxOptions().setEventLoopPoolSize(2), config, HOST, new ServerIdentity("server-" + port, 1)));
  }

  private static <T> T await(Future<T> future) throws Exception {
    try {
      return future.toCompletionStage().toCompletableFuture().get(PATIENCE_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    int first = FreePorts.inARow(4);
    for (int i = 0; i < 2; i++) {
      busPorts[i] = first + 2 + i;
      members.add(join(first + i, busPorts[i], HOST + ":" + first));
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (ClusteredVertx member : members) {
      await(member.close());
    }
  }

  /** The first member's answer to a message of the second, over TCP. */
  private static void assertTheBusWorks(String address) throws Exception {
    Promise<String> heard = Promise.promise();
    MessageConsumer<String> consumer = members.get(0).vertx().eventBus()
        .consumer(address, message -> heard.tryComplete(message.body()));
    await(consumer.completion());
    members.get(1).vertx().eventBus().send(address, "x".repeat(100_000));
    assertEquals(100_000, await(heard.future()).length());
    await(consumer.unregister());
  }

  @Test
  void membersHearEachOther() throws Exception {
    assertEquals(2, members.get(0).hazelcast().getCluster().getMembers().size());
    assertTheBusWorks("hello");
  }

  @Test
  void theBusListensOnTheClustersAddressAndPortAlone() throws IOException {
    new Socket(HOST, busPorts[0]).close();
    assertThrows(ConnectException.class, () -> new Socket("127.0.0.2", busPorts[0]).close());
  }

  /** 7fffffff is a frame of 2 GiB; POST is what a web page can make a browser send to any port of this machine. */
  @Test
  void aFrameFromSomeoneWithoutTheSecretIsNotCollected() throws Exception {
    for (byte[] frame : List.of(new byte[] {0x7f, -1, -1, -1}, "POST / HTTP/1.1\r\n\r\n".getBytes("US-ASCII"))) {
      try (Socket socket = new Socket(HOST, busPorts[0])) {
        socket.setSoTimeout(PATIENCE_S * 1_000);
        OutputStream out = socket.getOutputStream();
        out.write(frame);
        byte[] more = new byte[1 << 20];
        // Of 200 MB, what the sockets between us take.
        IOException cut = assertThrows(IOException.class, () -> {
          for (int i = 0; i < 200; i++) {
            out.write(more);
          }
        });
        assertTrue(cut.getMessage() != null);
      }
    }
    assertTheBusWorks("after");
  }

  @Test
  void aNodeWithAnotherSecretSaysNothingOnTheBus() throws Exception {
    EventBusOptions other = BusTls.secure(new EventBusOptions(), ClusterKeys.of(SECRET + "?", "plenum"), new SecureRandom());
    NetClient client = members.get(1).vertx().createNetClient(
        new NetClientOptions(other.toJson()).setHostnameVerificationAlgorithm("").setTrustAll(true));
    // TLS 1.3 tells a client that its certificate is refused only after its own handshake.
    Promise<Void> closed = Promise.promise();
    client.connect(busPorts[0], HOST).onFailure(closed::tryFail).onSuccess(socket -> {
      socket.closeHandler(closed::tryComplete).exceptionHandler(refused -> closed.tryComplete());
      socket.handler(answer -> closed.tryFail("answered " + answer));
      // A ping, as the bus writes it: length, protocol version, system codec 1, flags, an address and a sender of no length.
      socket.write(Buffer.buffer().appendInt(17).appendByte((byte) 1).appendByte((byte) 1).appendBytes(new byte[15]));
    });
    await(closed.future());
    await(client.close());
    assertTheBusWorks("still");
  }

  @Test
  void aBusPortThatIsTakenIsSaidAndNothingStaysOpen() throws Exception {
    int port = FreePorts.one();
    ConfigException refusal = assertThrows(ConfigException.class, () -> join(port, busPorts[0], ""));
    assertTrue(refusal.getMessage().startsWith("cannot join the cluster: "), refusal.getMessage());
    assertThrows(ConnectException.class, () -> new Socket(HOST, port).close());
  }
}
