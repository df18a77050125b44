package io.plenum.protocol.stun;

import static io.plenum.protocol.stun.StunVectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.protocol.wire.Malformed;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StunMessageTest {
  private static final String COOKIE_AND_ID = "2112a442 000102030405060708090a0b";
  private static final int MUTATIONS = 200_000;

  private final StunMessage message = new StunMessage();

  private Malformed parse(byte[] bytes) {
    return message.parse(bytes, 0, bytes.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3})
  void theMessagesOfRfc5769AreReadAndTheirIntegrityHolds(int index) {
    JsonNode vector = StunVectors.rfc5769(index);
    assertNull(parse(hex(vector.get("hex").asText())));
    assertEquals(Integer.decode(vector.get("type").asText()), message.type());
    assertArrayEquals(hex(vector.get("transactionId").asText()),
        Arrays.copyOfRange(message.bytes(), message.transactionIdOffset(), message.transactionIdOffset() + 12));
    assertTrue(message.hasValidIntegrity(new StunIntegrity(hex(vector.get("hmacKeyHex").asText()))));
    assertFalse(message.hasValidIntegrity(StunIntegrity.ofPassword("another password")));
    assertEquals(vector.get("expect").has("fingerprintValid"), message.hasFingerprint());
    assertEquals(vector.has("username"), message.hasUsername());
  }

  @Test
  void theSampleRequestOfRfc5769SaysWhatTheRfcSays() {
    assertNull(parse(hex(StunVectors.rfc5769(0).get("hex").asText())));
    assertEquals("evtj:h6vY",
        new String(message.bytes(), message.usernameOffset(), message.usernameLength(), StandardCharsets.US_ASCII));
    assertTrue(message.hasLocalUsernameFragment("evtj".getBytes(StandardCharsets.US_ASCII)));
    assertFalse(message.hasLocalUsernameFragment("evt".getBytes(StandardCharsets.US_ASCII)));
    assertFalse(message.hasLocalUsernameFragment("evtk".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(1845494271L, message.priority());
    assertTrue(message.isFromControlled());
    assertFalse(message.isFromControlling());
    assertFalse(message.hasUseCandidate());
    assertEquals(-1, message.nomination());
    assertEquals(0, message.unknownAttributeCount());
  }

  @ParameterizedTest
  @CsvSource({"1, 192.0.2.1, 32853", "2, 2001:db8:1234:5678:11:2233:4455:6677, 32853"})
  void theMappedAddressesOfRfc5769AreUnmasked(int index, String address, int port) {
    assertNull(parse(hex(StunVectors.rfc5769(index).get("hex").asText())));
    assertEquals(new InetSocketAddress(address, port), message.xorMappedAddress());
  }

  @Test
  void whatIsWrongInTheDerivedNegativesIsFound() {
    JsonNode negatives = StunVectors.rfc5769().get("derivedNegatives");
    List<Malformed> reasons = new ArrayList<>();
    negatives.forEach(negative -> reasons.add(parse(hex(negative.get("hex").asText()))));
    assertEquals(
        List.of(Malformed.WRONG_CHECKSUM, Malformed.TOO_SHORT, Malformed.WRONG_EXTENSION, Malformed.WRONG_MAGIC),
        reasons);
  }

  @Test
  void aFlippedBitUnderARightFingerprintFailsTheIntegrity() {
    JsonNode vector = StunVectors.rfc5769(0);
    byte[] bytes = hex(vector.get("hex").asText());
    bytes[30] ^= 1;
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, bytes.length - 8);
    int fingerprint = (int) crc.getValue() ^ 0x5354554e;
    for (int i = 0; i < 4; i++) {
      bytes[bytes.length - 4 + i] = (byte) (fingerprint >>> 24 - 8 * i);
    }
    assertNull(parse(bytes));
    assertFalse(message.hasValidIntegrity(new StunIntegrity(hex(vector.get("hmacKeyHex").asText()))));
  }

  @ParameterizedTest
  @CsvSource({
    "'', TOO_SHORT, nothing",
    "000100002112a4420001020304050607080910, TOO_SHORT, one byte less than a header",
    "00010004 ID, TOO_SHORT, four bytes announced and none there",
    "00010000 ID 00000000, WRONG_LENGTH, bytes after the end",
    "00010003 ID 802200, WRONG_LENGTH, not a multiple of four",
    "40010000 ID, WRONG_MAGIC, the first two bits are not zero",
    "000100002112a443000102030405060708090a0b, WRONG_MAGIC, no magic cookie",
    "00010004 ID 80220001, WRONG_EXTENSION, an attribute over the end",
    "00010004 ID 8022ffff, WRONG_EXTENSION, an attribute far over the end",
    "0001000c ID 0008000400000000 80220000, WRONG_EXTENSION, an integrity of four bytes",
    "00010008 ID 0024000200000000, WRONG_EXTENSION, a priority of two bytes",
    "00010008 ID 0025000400000000, WRONG_EXTENSION, a USE-CANDIDATE with a value",
    "00010008 ID 8029000400000000, WRONG_EXTENSION, a tie-breaker of four bytes",
    "00010008 ID 802a000400000000, WRONG_EXTENSION, a tie-breaker of four bytes",
    "00010008 ID c001000200000000, WRONG_EXTENSION, a nomination of two bytes",
    "00010008 ID 0030000200000000, WRONG_EXTENSION, a nomination of two bytes",
    "00010008 ID 0020000200010000, WRONG_EXTENSION, an address of two bytes",
    "00010008 ID 0020000400020000, WRONG_EXTENSION, an IPv6 address without an address",
    "00010008 ID 0020000400030000, WRONG_VALUE, an address of no family",
    "01110008 ID 0009000200000000, WRONG_EXTENSION, an error code of two bytes",
    "01110008 ID 0009000400000201, WRONG_VALUE, error 201",
    "01110008 ID 0009000400000464, WRONG_VALUE, error 400 and 100 more",
    "00010008 ID 8028000400000000, WRONG_CHECKSUM, a fingerprint of zero",
    "00010008 ID 8028000200000000, WRONG_EXTENSION, a fingerprint of two bytes",
    "0001000c ID 8028000400000000 80220000, WRONG_EXTENSION, an attribute after the fingerprint"
  })
  void aMalformedMessageIsRefusedWithItsReason(String hex, Malformed expected, String why) {
    assertEquals(expected, parse(hex(hex.replace("ID", COOKIE_AND_ID))), why);
  }

  @Test
  void aMessageLongerThanAnyCheckIsNotLookedAt() {
    StunWriter writer = new StunWriter(3000);
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putAttribute(0x8022, new byte[StunMessage.MAX_MESSAGE_BYTES - 24]);
    assertNull(message.parse(writer.bytes(), 0, writer.finishBare()));
    writer.putAttribute(0x8022, new byte[0]);
    assertEquals(Malformed.TOO_LONG, message.parse(writer.bytes(), 0, writer.finishBare()));
  }

  @Test
  void whatFollowsTheIntegrityIsNotSeenExceptTheFingerprint() {
    StunIntegrity integrity = StunIntegrity.ofPassword("password");
    StunWriter writer = new StunWriter(256);
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putIntegrity(integrity);
    writer.putUsername("local:remote".getBytes(StandardCharsets.US_ASCII));
    writer.putPriority(1);
    writer.putUseCandidate();
    writer.putIceControlled(1);
    writer.putNomination(1);
    writer.putAttribute(0x0002, new byte[0]);
    writer.putAttribute(StunMessage.PRIORITY, new byte[1]);
    assertNull(message.parse(writer.bytes(), 0, writer.finish(null)));
    assertTrue(message.hasFingerprint());
    assertTrue(message.hasValidIntegrity(integrity));
    assertFalse(message.hasUsername());
    assertFalse(message.hasPriority());
    assertFalse(message.hasUseCandidate());
    assertFalse(message.isFromControlled());
    assertEquals(-1, message.nomination());
    assertEquals(0, message.unknownAttributeCount());
  }

  @Test
  void ofAnAttributeThatComesTwiceTheFirstCounts() {
    StunWriter writer = new StunWriter(256);
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putUsername("first:x".getBytes(StandardCharsets.US_ASCII));
    writer.putUsername("second:x".getBytes(StandardCharsets.US_ASCII));
    writer.putPriority(1);
    writer.putPriority(2);
    writer.putAttribute(0xc001, hex("00000005"));
    writer.putNomination(6);
    assertNull(message.parse(writer.bytes(), 0, writer.finish(null)));
    assertTrue(message.hasLocalUsernameFragment("first".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(1, message.priority());
    assertEquals(5, message.nomination());
  }

  @Test
  void oneViewShowsNothingOfTheMessageBefore() {
    assertNull(parse(StunVectors.chromium().get(2)));
    assertNull(parse(hex("00010000" + COOKIE_AND_ID)));
    assertFalse(message.hasUsername() || message.hasPriority() || message.hasFingerprint() || message.hasIntegrity()
        || message.hasUseCandidate() || message.isFromControlling());
    assertFalse(message.hasLocalUsernameFragment(new byte[0]) && message.localUsernameFragmentKey() != 0);
    assertNull(message.xorMappedAddress());
    assertEquals(0, message.errorCode());
    assertEquals(0, message.localUsernameFragmentKey());
  }

  @Test
  void aUsernameWithoutColonIsAddressedToNobody() {
    StunWriter writer = new StunWriter(256);
    for (String username : List.of("nocolon", ":remote", "")) {
      writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
      writer.putUsername(username.getBytes(StandardCharsets.US_ASCII));
      assertNull(message.parse(writer.bytes(), 0, writer.finish(null)));
      assertTrue(message.hasUsername());
      assertEquals(0, message.localUsernameFragmentKey());
      assertFalse(message.hasLocalUsernameFragment("nocolon".getBytes(StandardCharsets.US_ASCII)));
    }
  }

  @Test
  void theKeyOfAFragmentIsTheSameOnTheWireAndInTheTable() {
    byte[] fragment = "evtj".getBytes(StandardCharsets.US_ASCII);
    assertNull(parse(hex(StunVectors.rfc5769(0).get("hex").asText())));
    assertEquals(StunMessage.usernameFragmentKey(fragment, 0, 4), message.localUsernameFragmentKey());
    assertNotEquals(StunMessage.usernameFragmentKey(fragment, 0, 3), message.localUsernameFragmentKey());
  }

  @Test
  void unknownAttributesThatMustBeUnderstoodAreNamedUpToALimit() {
    StunWriter writer = new StunWriter(512);
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putAttribute(0x8fff, new byte[0]);
    for (int type = 0x7001; type <= 0x7014; type++) {
      writer.putAttribute(type, new byte[1]);
    }
    assertNull(message.parse(writer.bytes(), 0, writer.finish(null)));
    assertEquals(StunMessage.MAX_UNKNOWN_ATTRIBUTES, message.unknownAttributeCount());
    assertEquals(0x7001, message.unknownAttribute(0));
    assertEquals(0x7008, message.unknownAttribute(7));
  }

  @Test
  void chromiumsChecksAndAnswersAreRead() {
    List<byte[]> messages = StunVectors.chromium();
    byte[] nominating = messages.get(2);
    assertNull(parse(nominating));
    assertTrue(message.isFromControlling() && message.hasUseCandidate() && message.hasFingerprint());
    assertTrue(message.hasLocalUsernameFragment("by7u".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(0x6e7c1effL, message.priority());
    for (byte[] each : messages) {
      assertNull(parse(each));
      assertTrue(message.hasIntegrity());
      assertEquals(0, message.unknownAttributeCount());
    }
  }

  @Test
  void whatBrowsersSentToServersIsRead() {
    assertEquals(14, StunVectors.fromBrowsers().size());
    for (byte[] each : StunVectors.fromBrowsers()) {
      assertNull(parse(each));
      assertEquals(StunMessage.BINDING_REQUEST, message.type());
    }
  }

  @Test
  void theFuzzingCorpusIsRefusedOrReadButNeverThrows() {
    int read = 0;
    for (byte[] seed : StunVectors.corpus()) {
      if (parse(seed) == null) {
        touchEverything();
        read++;
      }
    }
    // The well-formed seeds and the one of a real browser; what changes this number changes what we accept.
    assertEquals(15, read);
  }

  @Test
  void noMutationMakesTheParserThrow() {
    List<byte[]> seeds = new ArrayList<>(StunVectors.corpus());
    seeds.addAll(StunVectors.chromium());
    SplittableRandom random = new SplittableRandom(8489);
    byte[] bytes = new byte[1024];
    int read = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] seed = seeds.get(random.nextInt(seeds.size()));
      System.arraycopy(seed, 0, bytes, 0, seed.length);
      int length = seed.length;
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        bytes[random.nextInt(seed.length)] = (byte) random.nextInt();
      }
      if (random.nextInt(4) == 0) {
        length = random.nextInt(length + 1);
      }
      if (length >= 4 && random.nextInt(2) == 0) {
        // Let it past the first look, so that the attributes are reached.
        bytes[2] = (byte) (length - 20 >> 8);
        bytes[3] = (byte) (length - 20);
      }
      if (message.parse(bytes, 0, length) == null) {
        touchEverything();
        read++;
      }
    }
    assertTrue(read > MUTATIONS / 100, "only " + read + " mutations reached the accessors");
  }

  private void touchEverything() {
    message.type();
    message.localUsernameFragmentKey();
    message.hasLocalUsernameFragment(new byte[4]);
    message.priority();
    message.nomination();
    message.errorCode();
    message.xorMappedAddress();
    for (int i = 0; i < message.unknownAttributeCount(); i++) {
      message.unknownAttribute(i);
    }
    if (message.hasUsername()) {
      assertTrue(message.usernameOffset() + message.usernameLength() <= message.offset() + message.length());
    }
    message.hasValidIntegrity(INTEGRITY);
  }

  private static final StunIntegrity INTEGRITY = StunIntegrity.ofPassword("VOkJxbRl1RmTxUk/WvJxBt");
}
