package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.MediaPolicer;
import io.plenum.media.transport.WebRtcTransport;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.ice.IceOptions;
import io.plenum.protocol.ice.IceParameters;
import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real sockets on two addresses of one interface: on Linux, all of 127.0.0.0/8 is this machine's. */
@EnabledOnOs(OS.LINUX)
class MediaSocketVerticleTest {
  private static final String FIRST = "127.0.0.1";
  private static final String SECOND = "127.0.0.2";
  private static final int TIMEOUT_MS = 20_000;

  private Vertx vertx;
  private Context context;
  private DtlsSession.Sink dtlsOut;

  @AfterEach
  void tearDown() {
    await(vertx.close());
  }

  private static <T> T await(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
  }

  private MediaSocketVerticle open(boolean nativeTransport, int port, String... addresses) {
    if (vertx == null) {
      vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(nativeTransport).setEventLoopPoolSize(2));
      context = new EventLoops(vertx, 1, 1, null).media().get(0);
    }
    MediaSocketVerticle socket = new MediaSocketVerticle(0,
        new ConfigLoader().load(new String[] {"--media.port=" + port}, Map.of()), List.of(addresses), () -> { });
    await(Future.<Object>future(promise -> context.runOnContext(v -> {
      try {
        socket.deploy(context).<Object>mapEmpty().onComplete(promise);
      } catch (Exception e) {
        promise.fail(e);
      }
    })));
    return socket;
  }

  private WebRtcTransport transport(MediaSocketVerticle socket) {
    return new WebRtcTransport("transport",
        new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
            new RouterEnvironment(new SplittableRandom(1), 0)),
        socket, List.of(), IceOptions.DEFAULT, new MediaPolicer(MediaPolicer.Rates.ofMbit(40, 8_000)), sink -> {
          dtlsOut = sink;
          return new IceTcpConnectionTest.NoDtls();
        });
  }

  private <T> T onLoop(Callable<T> call) {
    return await(Future.<T>future(promise -> context.runOnContext(v -> {
      try {
        promise.complete(call.call());
      } catch (Throwable e) {
        promise.fail(e);
      }
    })));
  }

  private static DatagramPacket check(IceParameters parameters, String to, int port, boolean nominates)
      throws Exception {
    StunWriter writer = new StunWriter(256);
    byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
    ThreadLocalRandom.current().nextBytes(transactionId);
    writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
    writer.putUsername((parameters.usernameFragment() + ":peer").getBytes(StandardCharsets.US_ASCII));
    writer.putIceControlling(7);
    writer.putPriority(1);
    if (nominates) {
      writer.putUseCandidate();
    }
    int length = writer.finish(StunIntegrity.ofPassword(parameters.password()));
    return new DatagramPacket(writer.bytes().clone(), length, InetAddress.getByName(to), port);
  }

  private static String source(DatagramSocket client) throws Exception {
    DatagramPacket answer = new DatagramPacket(new byte[2_000], 2_000);
    client.receive(answer);
    return answer.getAddress().getHostAddress();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsAskedAtAnAddressIsAnsweredFromItAndMediaLeavesFromTheOneThatTheClientChose(boolean nativeTransport)
      throws Exception {
    MediaSocketVerticle socket = open(nativeTransport, 0, FIRST, SECOND);
    WebRtcTransport transport = onLoop(() -> transport(socket));
    IceParameters parameters = transport.iceParameters();
    try (DatagramSocket client = new DatagramSocket(0, InetAddress.getByName(FIRST))) {
      client.setSoTimeout(TIMEOUT_MS);
      for (String asked : List.of(SECOND, FIRST, SECOND)) {
        client.send(check(parameters, asked, socket.port(), false));
        assertEquals(asked, source(client));
      }
      for (String chosen : List.of(SECOND, FIRST)) {
        client.send(check(parameters, chosen, socket.port(), true));
        assertEquals(chosen, source(client));
        onLoop(() -> {
          dtlsOut.sendDtls(new byte[] {22}, 0, 1);
          return null;
        });
        assertEquals(chosen, source(client), "what is no answer");
      }
      assertEquals(2 + 1, onLoop(socket::routes), "two ways of one client, and its one username fragment");
      onLoop(() -> {
        transport.close(0);
        return null;
      });
      assertEquals(0, onLoop(socket::routes));
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "true  | 203.0.113.7 | 40000 | media.ip takes an address of this machine",
      "false | 203.0.113.7 | 40000 | media.ip takes an address of this machine",
      "true  | 127.0.0.1   | 0     | is another process there? media.port moves it",
      "false | 127.0.0.1   | 0     | is another process there? media.port moves it",
  })
  void anAddressThatCannotBeListenedOnIsNamedWithTheRemedy(boolean nativeTransport, String ip, int port, String remedy)
      throws Exception {
    try (DatagramSocket taken = new DatagramSocket(0, InetAddress.getByName(FIRST))) {
      int asked = port == 0 ? taken.getLocalPort() : port;
      CompletionException failure = assertThrows(CompletionException.class, () -> open(nativeTransport, asked, ip));
      String message = failure.getCause().getMessage();
      assertEquals(ConfigException.class, failure.getCause().getClass());
      assertTrue(message.startsWith("cannot listen on UDP " + ip + ":" + asked + " ("), message);
      assertTrue(message.endsWith("): " + remedy), message);
    }
  }
}
