package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsSetupTest {
  @TempDir Path folder;

  @Test
  void aSelfSignedNodeSpeaksHttpsAndSecureWebSocket() throws Exception {
    try (TestNode node = new TestNode("--http.tls.mode=self-signed")) {
      assertEquals(200, node.get("/healthz").status());
      assertEquals(null, node.get("/").headers().get("Strict-Transport-Security"));
      assertEquals(101, node.upgradeStatus("/ws?roomId=r&peerId=p", List.of("protoo"),
          Map.of("Origin", "https://127.0.0.1:" + node.port)));
      assertEquals(403, node.upgradeStatus("/ws?roomId=r&peerId=p", List.of("protoo"),
          Map.of("Origin", "http://127.0.0.1:" + node.port)), "plain http is another origin");
    }
  }

  @Test
  void eachStartMakesAnotherCertificateWithTheHostsNames() throws Exception {
    SelfSignedCertificate one = SelfSignedCertificate.generate(List.of("sfu.example", "192.0.2.7"));
    SelfSignedCertificate two = SelfSignedCertificate.generate(List.of());
    assertNotEquals(one.keyPem(), two.keyPem());
    X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(one.certificatePem().getBytes(StandardCharsets.US_ASCII)));
    certificate.verify(certificate.getPublicKey());
    certificate.checkValidity();
    String names = certificate.getSubjectAlternativeNames().toString();
    assertTrue(names.contains("localhost") && names.contains("sfu.example") && names.contains("192.0.2.7"), names);
  }

  @Test
  void theNodesOwnCertificateHasEveryAddressThatItIsReachedAt() throws Exception {
    PlenumConfig config = new ConfigLoader().load(new String[] {"--http.tls.mode=self-signed", "--http.host=0.0.0.0",
        "--auth.allowOpen=true", "--http.publicUrl=https://call.example.org:444"}, Map.of());
    HttpServerOptions options = new HttpServerOptions();
    TlsSetup.apply(config, List.of("192.0.2.7", "2001:db8::7"), options, null);
    Buffer pem = ((PemKeyCertOptions) options.getKeyCertOptions()).getCertValues().get(0);
    X509Certificate certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
        .generateCertificate(new ByteArrayInputStream(pem.getBytes()));
    String names = certificate.getSubjectAlternativeNames().toString();
    for (String name : List.of("192.0.2.7", "2001:db8:0:0:0:0:0:7", "call.example.org", "localhost")) {
      assertTrue(names.contains(name), names);
    }
  }

  @Test
  void aNodeTakesItsCertificateFromFiles() throws Exception {
    SelfSignedCertificate made = SelfSignedCertificate.generate(List.of());
    Path cert = Files.writeString(folder.resolve("cert.pem"), made.certificatePem());
    Path key = Files.writeString(folder.resolve("key.pem"), made.keyPem());
    try (TestNode node = new TestNode("--http.tls.mode=pem", "--http.tls.cert=" + cert, "--http.tls.key=" + key)) {
      assertEquals(200, node.get("/healthz").status());
      assertEquals("max-age=31536000", node.get("/").headers().get("Strict-Transport-Security"));
    }
  }

  @Test
  void whatDoesNotMakeATlsServerIsNamed() throws Exception {
    Path nonsense = Files.writeString(folder.resolve("nonsense.pem"), "nonsense");
    Map<List<String>, String> cases = Map.of(
        List.of("--http.tls.mode=pem"), "http.tls.cert",
        List.of("--http.tls.mode=pem", "--http.tls.cert=" + nonsense), "http.tls.key",
        List.of("--http.tls.mode=pem", "--http.tls.cert=/no/such.pem", "--http.tls.key=/no/such.key"), "/no/such.pem",
        List.of("--http.tls.mode=pem", "--http.tls.cert=" + folder, "--http.tls.key=" + nonsense), folder.toString(),
        List.of("--http.tls.mode=pem", "--http.tls.cert=" + nonsense, "--http.tls.key=" + nonsense), "nonsense.pem",
        List.of("--http.tls.mode=on"), "self-signed");
    cases.forEach((arguments, named) -> {
      ConfigException refusal =
          assertThrows(ConfigException.class, () -> new TestNode(arguments.toArray(new String[0])).close());
      assertTrue(refusal.getMessage().contains(named), refusal.getMessage());
      assertEquals(-1, refusal.getMessage().indexOf('\n'), "one line");
    });
  }

  @Test
  void whoDoesNotFinishTheHandshakeIsCutByTheDeadlineOfARequestHoweverItTrickles() throws Exception {
    PlenumConfig config = new ConfigLoader().load(
        new String[] {"--http.host=127.0.0.1", "--http.port=0", "--http.tls.mode=self-signed"}, Map.of());
    HttpServerOptions options = WebVerticle.options(config);
    assertEquals(RequestDeadlines.REQUEST_NS, options.getSslHandshakeTimeoutUnit().toNanos(options.getSslHandshakeTimeout()));
    // A third of a second will do to see what is done then.
    options.setSslHandshakeTimeout(333).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS);
    Vertx vertx = Vertx.vertx();
    try {
      TlsSetup.apply(config, List.of(), options, vertx);
      HttpServer server = TestNode.await(vertx.createHttpServer(options).requestHandler(request -> request.response().end()).listen());
      BlockingQueue<String> cut = new LinkedBlockingQueue<>();
      // A record of 512 bytes with a ClientHello in it, of which a byte comes now and then; and one who says nothing.
      byte[] hello = HexFormat.of().parseHex("1603010200010001fc0303" + "00".repeat(500));
      for (boolean trickles : new boolean[] {true, false}) {
        TestNode.await(vertx.createNetClient().connect(server.actualPort(), "127.0.0.1").onSuccess(line -> {
          AtomicInteger written = new AtomicInteger();
          long timer = vertx.setPeriodic(20, ignored -> {
            if (trickles && written.get() < hello.length) {
              line.write(Buffer.buffer(new byte[] {hello[written.getAndIncrement()]}));
            }
          });
          line.closeHandler(ignored -> {
            vertx.cancelTimer(timer);
            cut.add(trickles ? "trickling" : "silent");
          });
        }));
      }
      assertEquals(Set.of("trickling", "silent"), Set.of(TestNode.take(cut), TestNode.take(cut)));
    } finally {
      TestNode.await(vertx.close());
    }
  }
}
