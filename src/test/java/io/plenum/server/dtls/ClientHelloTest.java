package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRecords;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSeeds;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.srtp.SrtpKeys;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our server answers to one ClientHello: Chromium's real one, and some that must be refused. */
@Timeout(60)
class ClientHelloTest implements DtlsSession.Sink {
  private static final String GCM = "c02b";
  private static final String EXTENDED_MASTER_SECRET = "0017 0000";
  private static final String RENEGOTIATION_INFO = "ff01 0001 00";
  private static final String GROUPS = "000a 0006 0004 001d 0017";
  private static final String SIGNATURES = "000d 0004 0002 0403";
  private static final String USE_SRTP = "000e 0005 0002 0007 00";

  private final DtlsSessions sessions =
      new DtlsSessions(DtlsCertificates.fresh(), new SecureRandom(), DtlsPair.options());
  private final ExecutorService loop = Executors.newSingleThreadExecutor();
  private final DtlsSession session = sessions.create(loop, this, "test");
  private final LinkedBlockingQueue<byte[]> sent = new LinkedBlockingQueue<>();

  @AfterEach
  void stop() throws Exception {
    loop.submit(session::close).get(20, TimeUnit.SECONDS);
    sessions.close();
    loop.shutdown();
  }

  @Test
  void chromiumsClientHelloInTwoDatagramsGetsTheServersFlight() throws Exception {
    receive(DtlsSeeds.chromiumClientHello());

    // ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone
    assertEquals(List.of(2, 11, 12, 13, 14), handshakeTypes(5));
  }

  @Test
  void theOrderOfItsDatagramsDoesNotMatter() throws Exception {
    List<byte[]> datagrams = new ArrayList<>(DtlsSeeds.chromiumClientHello());
    Collections.reverse(datagrams);
    receive(datagrams);

    assertEquals(List.of(2, 11, 12, 13, 14), handshakeTypes(5));
  }

  @ParameterizedTest(name = "{4}")
  @CsvSource(delimiter = '|', textBlock = """
      fefd | c02b | 0007 | 0017 | accepted                                      | 22 |
      fefd | cca9 | 0007 | 0017 | ChaCha20 is accepted                          | 22 |
      fefd | c02b | 0001 | 0017 | AES_CM_128_HMAC_SHA1_80 is accepted           | 22 |
      fefd | c009 | 0007 | 0017 | a CBC suite is refused                        | 21 | 40
      fefd | 009c | 0007 | 0017 | RSA key transport is refused                  | 21 | 40
      fefd | c02f | 0007 | 0017 | an RSA suite has no certificate of ours       | 21 | 40
      fefd | c006 | 0007 | 0017 | a suite without encryption is refused         | 21 | 40
      fefd | c02b | 0002 | 0017 | AES_CM_128_HMAC_SHA1_32 is refused            | 21 | 40
      fefd | c02b | 0005 | 0017 | NULL_HMAC_SHA1_80 is refused                  | 21 | 40
      fefd | c02b | 0007 | 0000 | an unsupported group is refused               | 21 | 40
      """)
  void refusesWhatIsWeak(String version, String suite, String srtpProfile, String masterSecretOrGroup, String why,
      int contentType, Integer alert) throws Exception {
    boolean noGroup = masterSecretOrGroup.equals("0000");
    String extensions = RENEGOTIATION_INFO + SIGNATURES + USE_SRTP.replace("0007", srtpProfile)
        + (noGroup ? EXTENDED_MASTER_SECRET : EXTENDED_MASTER_SECRET.replace("0017", masterSecretOrGroup))
        + (noGroup ? "000a 0004 0002 0019" : GROUPS);
    receive(List.of(clientHello(version, suite, extensions)));

    byte[] answer = sent.poll(20, TimeUnit.SECONDS);
    assertEquals(contentType, answer[0], why);
    if (alert != null) {
      assertEquals(2, answer[DtlsRecords.HEADER_BYTES], "fatal");
      assertEquals(alert.intValue(), answer[DtlsRecords.HEADER_BYTES + 1], why);
    }
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      feff | 0017 0000 000e 0005 0002 0007 00 | DTLS 1.0
      fefd | 000e 0005 0002 0007 00           | no extended master secret
      fefd | 0017 0000                        | no use_srtp
      fefd | 0017 0000 000e 0009 0002 0007 00 | an extension beyond the end
      """)
  void aHelloThatIsNoneIsDroppedAndTheRealOneStillAnswered(String version, String extensions, String what)
      throws Exception {
    receive(List.of(clientHello(version, GCM, GROUPS + SIGNATURES + extensions)));
    assertEquals(1, sessions.counters().dropped(DtlsDrop.UNUSABLE_CLIENT_HELLO), what);

    deliver(DtlsSeeds.chromiumClientHello());
    assertEquals(List.of(2, 11, 12, 13, 14), handshakeTypes(5));
  }

  /** 67 bytes: the shortest hello there is, and one fragment of a message with a length of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"00002a 0000 000000 00002a", "000400 0000 000000 00002a", "000020 0000 000000 000020"})
  void sixtySevenBytesOfAnyoneDoNotEndTheTransport(String header) throws Exception {
    int length = Integer.parseInt(header.substring(header.length() - 6), 16);
    receive(List.of(hex("16feff 0000 000000000000 %04x 01".formatted(length + 12) + header + "5a".repeat(length))));

    deliver(DtlsSeeds.chromiumClientHello());
    assertEquals(List.of(2, 11, 12, 13, 14), handshakeTypes(5));
  }

  private void receive(List<byte[]> datagrams) throws Exception {
    loop.submit(() -> {
      session.start(DtlsRole.SERVER, DtlsFingerprint.of("sha-256", new byte[0]));
      deliverOnLoop(datagrams);
    }).get(20, TimeUnit.SECONDS);
  }

  private void deliver(List<byte[]> datagrams) throws Exception {
    loop.submit(() -> deliverOnLoop(datagrams)).get(20, TimeUnit.SECONDS);
  }

  private void deliverOnLoop(List<byte[]> datagrams) {
    for (byte[] datagram : datagrams) {
      session.onDatagram(datagram, 0, datagram.length);
    }
  }

  private List<Integer> handshakeTypes(int count) throws InterruptedException {
    List<Integer> types = new ArrayList<>();
    DtlsRecords records = new DtlsRecords();
    while (types.size() < count) {
      byte[] datagram = sent.poll(20, TimeUnit.SECONDS);
      records.wrap(datagram, 0, datagram.length);
      while (records.next()) {
        types.add((int) datagram[records.recordOffset() + DtlsRecords.HEADER_BYTES]);
      }
    }
    return types;
  }

  private static byte[] clientHello(String version, String suite, String extensions) {
    byte[] extensionBytes = hex(extensions);
    byte[] body = hex(version + "5a".repeat(32) + "00" + "00" + "0002" + suite + "0100"
        + "%04x".formatted(extensionBytes.length) + extensions);
    String length = "%06x".formatted(body.length);
    return hex("16feff 0000 000000000000 %04x 01".formatted(body.length + 12) + length + "0000" + "000000" + length
        + HexFormat.of().formatHex(body));
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @Override
  public void sendDtls(byte[] bytes, int offset, int length) {
    sent.add(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {}

  @Override
  public void onDtlsData(byte[] bytes, int offset, int length) {}

  @Override
  public void onDtlsFailed(String reason) {}

  @Override
  public void onDtlsClosed() {}
}
