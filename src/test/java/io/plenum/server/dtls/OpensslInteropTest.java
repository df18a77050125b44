package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against OpenSSL over loopback, both roles; skipped where there is no {@code openssl}. */
@Timeout(60)
class OpensslInteropTest implements DtlsSession.Sink {
  private static final String KEYING_MATERIAL = "Keying material: ";

  @TempDir
  private Path directory;

  private final DtlsSessions sessions =
      new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(), DtlsPair.options());
  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final DtlsSession session = sessions.create(loop, this, "openssl");
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> output = new LinkedBlockingQueue<>();
  private DatagramSocket socket;
  private volatile SocketAddress peer;
  private Process process;
  private SrtpKeys local;
  private SrtpKeys remote;

  @BeforeEach
  void findOpenssl() throws Exception {
    try {
      assumeTrue(new ProcessBuilder("openssl", "version").start().waitFor() == 0, "openssl does not run");
    } catch (IOException e) {
      assumeTrue(false, "openssl is not installed");
    }
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void stop() throws Exception {
    loop.submit(session::close).get(20, TimeUnit.SECONDS);
    if (process != null) {
      process.destroy();
      process.waitFor();
    }
    if (socket != null) {
      socket.close();
    }
    sessions.close();
    loop.shutdown();
  }

  @ParameterizedTest
  @CsvSource({
      "SRTP_AEAD_AES_128_GCM, AEAD_AES_128_GCM, ec",
      "SRTP_AEAD_AES_256_GCM, AEAD_AES_256_GCM, ec",
      "SRTP_AES128_CM_SHA1_80, AES128_CM_HMAC_SHA1_80, ec",
      "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM, AEAD_AES_128_GCM, rsa"})
  void anOpensslClientGetsTheSameKeyingMaterial(String offered, SrtpProfile profile, String key) throws Exception {
    DtlsFingerprint fingerprint = certificate(key);
    startSession(DtlsRole.SERVER, fingerprint);
    run("s_client", profile, "-connect", "127.0.0.1:" + socket.getLocalPort(), "-use_srtp", offered);

    assertConnected(profile, remote(), local());
    assertDataTravels();
  }

  @ParameterizedTest
  @CsvSource({
      "SRTP_AEAD_AES_128_GCM, AEAD_AES_128_GCM, ec",
      "SRTP_AES128_CM_SHA1_80, AES128_CM_HMAC_SHA1_80, rsa"})
  void anOpensslServerGetsTheSameKeyingMaterial(String accepted, SrtpProfile profile, String key) throws Exception {
    DtlsFingerprint fingerprint = certificate(key);
    int port;
    try (DatagramSocket free = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    run("s_server", profile, "-accept", "127.0.0.1:" + port, "-use_srtp", accepted, "-Verify", "1");
    await("ACCEPT");
    peer = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    startSession(DtlsRole.CLIENT, fingerprint);

    assertConnected(profile, local(), remote());
    assertDataTravels();
  }

  private SrtpKeys local() throws InterruptedException {
    if (local == null) {
      assertEquals("connected", events.poll(20, TimeUnit.SECONDS));
    }
    return local;
  }

  private SrtpKeys remote() throws InterruptedException {
    local();
    return remote;
  }

  /** RFC 5764 §4.2: both keys, then both salts, the client's first. */
  private void assertConnected(SrtpProfile profile, SrtpKeys client, SrtpKeys server) throws Exception {
    assertEquals(profile, client.profile());
    String ours = HexFormat.of().withUpperCase().formatHex(client.masterKey())
        + HexFormat.of().withUpperCase().formatHex(server.masterKey())
        + HexFormat.of().withUpperCase().formatHex(client.masterSalt())
        + HexFormat.of().withUpperCase().formatHex(server.masterSalt());
    String theirs = await(KEYING_MATERIAL).substring(KEYING_MATERIAL.length());
    assertEquals(ours, theirs);
  }

  private void assertDataTravels() throws Exception {
    process.getOutputStream().write("from openssl\n".getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
    assertEquals("data from openssl", events.poll(20, TimeUnit.SECONDS));
    byte[] answer = "from plenum\n".getBytes(StandardCharsets.US_ASCII);
    assertEquals(true, loop.submit(() -> session.send(answer, 0, answer.length)).get(20, TimeUnit.SECONDS));
    assertNotNull(await("from plenum"));
  }

  private void startSession(DtlsRole role, DtlsFingerprint fingerprint) throws Exception {
    Thread reader = new Thread(this::read, "openssl-datagrams");
    reader.setDaemon(true);
    reader.start();
    loop.submit(() -> session.start(role, fingerprint)).get(20, TimeUnit.SECONDS);
  }

  private DtlsFingerprint certificate(String key) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl", "req", "-x509", "-nodes", "-subj", "/CN=test", "-days",
        "2", "-keyout", "key.pem", "-out", "cert.pem", "-newkey"));
    command.addAll(key.equals("rsa") ? List.of("rsa:2048") : List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256"));
    Process openssl = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, openssl.waitFor(), said);
    try (InputStream pem = Files.newInputStream(directory.resolve("cert.pem"))) {
      return DtlsFingerprint.of("sha-256",
          CertificateFactory.getInstance("X.509").generateCertificate(pem).getEncoded());
    }
  }

  private void run(String tool, SrtpProfile profile, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of("openssl", tool, "-dtls1_2", "-cert", "cert.pem", "-key", "key.pem",
        "-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen",
        String.valueOf(2 * (profile.keyBytes() + profile.saltBytes()))));
    command.addAll(List.of(options));
    process = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    Thread printer = new Thread(() -> {
      try (BufferedReader reader = process.inputReader()) {
        reader.lines().forEach(output::add);
      } catch (IOException | UncheckedIOException e) {
        output.add("openssl's output ended: " + e);
      }
    }, "openssl-output");
    printer.setDaemon(true);
    printer.start();
  }

  private String await(String text) throws InterruptedException {
    for (String line = output.poll(20, TimeUnit.SECONDS); line != null; line = output.poll(20, TimeUnit.SECONDS)) {
      if (line.contains(text)) {
        return line.substring(line.indexOf(text));
      }
    }
    throw new AssertionError("openssl did not say: " + text);
  }

  private void read() {
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    try {
      while (true) {
        packet.setLength(2048);
        socket.receive(packet);
        peer = packet.getSocketAddress();
        byte[] datagram = Arrays.copyOf(packet.getData(), packet.getLength());
        loop.execute(() -> session.onDatagram(datagram, 0, datagram.length));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @Override
  public void sendDtls(byte[] bytes, int offset, int length) {
    try {
      socket.send(new DatagramPacket(bytes, offset, length, peer));
    } catch (IOException e) {
      events.add("cannot send: " + e);
    }
  }

  @Override
  public void onDtlsConnected(SrtpKeys localKeys, SrtpKeys remoteKeys) {
    local = localKeys;
    remote = remoteKeys;
    events.add("connected");
  }

  @Override
  public void onDtlsData(byte[] bytes, int offset, int length) {
    events.add("data " + new String(bytes, offset, length, StandardCharsets.US_ASCII).strip());
  }

  @Override
  public void onDtlsFailed(String reason) {
    events.add("failed " + reason);
  }

  @Override
  public void onDtlsClosed() {
    events.add("closed");
  }
}
