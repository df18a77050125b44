package io.plenum.hostile;

import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import io.plenum.protocol.wire.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What attackers send to a media port. Each method writes one datagram into the caller's bytes and returns its length. */
final class HostileDatagrams {
  /** Room for the longest of them. */
  static final int MAX_BYTES = 2_048;

  private static final int DTLS_HEADER_BYTES = 13;
  private static final int[] EDGES = {0, 1, 0x0f, 0x10, 0x7f, 0x80, 0xbe, 0xde, 0xf0, 0xfe, 0xff};
  private static final Pattern HEX = Pattern.compile("\"hex\": *\"([0-9a-f]*)\"");
  /** Shapes that have brought down others' servers, and the edges of our own demultiplexer. */
  private static final List<String> ATTACKS = List.of(
      "",
      "00", "14", "16", "40", "80", "ff",
      // CVE-2021-43804: a BYE that announces a reason longer than the packet.
      "81cb000111223344ff",
      "9fcb000111223344",
      // CVE-2025-49140: padding longer than the packet.
      "a0600001000000011122334400000000ff",
      "a0c9000111223344000000ff",
      // Fifteen CSRCs, and an extension of 65,535 words, in a packet of twelve bytes.
      "8f60000100000001112233440000",
      "906000010000000111223344bedeffff",
      // Transport-wide feedback on 65,535 packets in one run-length chunk.
      "8fcd000511223344556677880000ffff000000007fff0000",
      // NACK that asks for everything, and a FIR and an XR whose lengths lie.
      "81cd00031122334455667788ffffffff",
      "84ce00021122334455667788",
      "80cf00031122334405ffffff00000000",
      // REMB for 255 SSRCs that are not there.
      "8fce000511223344000000005245 4d42fffffffff00000001".replace(" ", ""),
      // STUN whose length, attribute length and fingerprint lie.
      "0001ffff2112a442000000000000000000000000",
      "000100042112a4420000000000000000000000000006ffff",
      "000100082112a44200000000000000000000000080280004deadbeef",
      // CVE-2022-29190: a DTLS fragment of length 0 of a message of length 0xffffff; then an alert and a close_notify.
      "16fefd00000000000000010000000c" + "01ffffff000000000000000000",
      "15fefd00000000000000000002022800", "15fefd0000000000000000000201000",
      // A change of cipher, application data and a record of the wrong epoch.
      "14fefd0000000000000000000101", "17fefd00010000000000000010000102030405060708090a0b0c0d0e0f",
      "16fefdffff000000000000000100",
      // TURN channel data, and ZRTP.
      "40000004deadbeef", "1000000000000000");

  private final SplittableRandom random;
  private final List<byte[]> seeds = new ArrayList<>();
  private final byte[][] clientHello;
  private final byte[] transactionId = new byte[StunMessage.TRANSACTION_ID_BYTES];
  private final StunWriter writer = new StunWriter(1_024);
  /** The latest of a flood's checks, and what signs them. */
  private String password;
  private StunIntegrity integrity;

  HostileDatagrams(long seed) {
    random = new SplittableRandom(seed);
    for (String corpus : List.of("/stun/stun.ndjson", "/corpora/rtcp.ndjson", "/srtp/rtp-corpus.ndjson",
        "/protocol/rtp/rtp.ndjson")) {
      Matcher hex = HEX.matcher(text(corpus));
      while (hex.find()) {
        add(hex.group(1));
      }
    }
    text("/dtls/records.hex").lines().forEach(this::add);
    List<String> hello = text("/dtls/chromium-clienthello.hex").lines().toList();
    hello.forEach(this::add);
    clientHello = new byte[][] {bytes(hello.get(0)), bytes(hello.get(1))};
    ATTACKS.forEach(this::add);
  }

  private void add(String hex) {
    byte[] seed = bytes(hex.length() % 2 == 0 ? hex : hex + "0");
    if (seed.length <= MAX_BYTES) {
      seeds.add(seed);
    }
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  private static String text(String resource) {
    try (InputStream in = HostileDatagrams.class.getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One of the corpora or attacks, mostly changed in a few places; one in sixteen is noise, up to too long. */
  int mutated(byte[] into) {
    int kind = random.nextInt(16);
    if (kind == 0) {
      int length = random.nextInt(MAX_BYTES + 1);
      for (int i = 0; i < length; i++) {
        into[i] = (byte) random.nextInt();
      }
      return length;
    }
    byte[] seed = seeds.get(random.nextInt(seeds.size()));
    int length = random.nextInt(4) == 0 ? random.nextInt(seed.length + 1) : seed.length;
    System.arraycopy(seed, 0, into, 0, length);
    for (int change = random.nextInt(5); change > 0 && length > 0; change--) {
      int at = random.nextInt(random.nextBoolean() ? Math.min(40, length) : length);
      into[at] = random.nextBoolean() ? (byte) EDGES[random.nextInt(EDGES.length)] : (byte) random.nextInt();
    }
    return length;
  }

  /** RTP of that SSRC with a made-up tag. */
  int forgedRtp(int ssrc, int payloadType, byte[] into) {
    return forged(0x80, payloadType, ssrc, 8, into);
  }

  /** One of SR, RR, SDES, BYE, APP, NACK, PLI of that SSRC with a made-up tag, its E bit set. */
  int forgedRtcp(int ssrc, byte[] into) {
    int length = forged(0x81, 200 + random.nextInt(7), ssrc, 4, into);
    into[length - 4] |= (byte) 0x80;
    return length;
  }

  private int forged(int first, int second, int ssrc, int ssrcAt, byte[] into) {
    int length = 64 + random.nextInt(256);
    for (int i = 0; i < length; i += 4) {
      Bytes.put32(into, i, random.nextInt());
    }
    into[0] = (byte) first;
    into[1] = (byte) second;
    Bytes.put32(into, ssrcAt, ssrc);
    return length;
  }

  int randomSsrc() {
    return random.nextInt();
  }

  /** A check as a controlling client would send it, signed with that password. */
  int check(String usernameFragment, String password, byte[] into) {
    for (int i = 0; i < transactionId.length; i++) {
      transactionId[i] = (byte) random.nextInt();
    }
    writer.begin(StunMessage.BINDING_REQUEST, transactionId, 0);
    writer.putUsername((usernameFragment + ":evil").getBytes(StandardCharsets.US_ASCII));
    writer.putIceControlling(random.nextLong());
    writer.putUseCandidate();
    writer.putPriority(1);
    int length = writer.finish(integrityOf(password));
    System.arraycopy(writer.bytes(), 0, into, 0, length);
    return length;
  }

  private StunIntegrity integrityOf(String wanted) {
    if (!wanted.equals(password)) {
      password = wanted;
      integrity = StunIntegrity.ofPassword(wanted);
    }
    return integrity;
  }

  /** One of the two datagrams of Chromium's ClientHello, with another random each time. */
  int clientHello(long number, byte[] into) {
    byte[] part = clientHello[(int) (number & 1)];
    System.arraycopy(part, 0, into, 0, part.length);
    if ((number & 1) == 0) {
      Bytes.put32(into, DTLS_HEADER_BYTES + 12 + 2, random.nextInt());
    }
    return part.length;
  }

  /** A plain alert, fatal handshake_failure or close_notify, of epoch 0 and any sequence number. */
  int plainAlert(byte[] into) {
    byte[] alert = bytes(random.nextBoolean() ? "15fefd000000000000000000020228" : "15fefd000000000000000000020100");
    System.arraycopy(alert, 0, into, 0, alert.length);
    Bytes.put32(into, 7, random.nextInt());
    return alert.length;
  }
}
