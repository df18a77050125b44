package io.plenum.protocol.stun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the writer writes is read with the parser, which the vectors of RFC 5769 hold. */
class StunWriterTest {
  private static final StunIntegrity INTEGRITY = StunIntegrity.ofPassword("a password of at least 22");

  private final StunWriter writer = new StunWriter(StunWriter.ANSWER_CAPACITY_BYTES);
  private final StunMessage request = new StunMessage();
  private final StunMessage answer = new StunMessage();

  private void readChromiumsCheck() {
    byte[] bytes = StunVectors.chromium().get(0);
    assertNull(request.parse(bytes, 0, bytes.length));
  }

  @ParameterizedTest
  @CsvSource({"198.51.100.4, 64", "2001:db8::1:2, 76"})
  void aSuccessTellsTheAddressAndIsShorterThanChromiumsCheck(String address, int expectedLength) {
    readChromiumsCheck();
    InetSocketAddress mapped = new InetSocketAddress(address, 51820);
    int length = writer.writeBindingSuccess(request, mapped, INTEGRITY);
    assertEquals(expectedLength, length);
    assertTrue(length <= request.length(), length + " bytes for " + request.length());

    assertNull(answer.parse(writer.bytes(), 0, length));
    assertEquals(StunMessage.BINDING_SUCCESS, answer.type());
    assertEquals(mapped, answer.xorMappedAddress());
    assertTrue(answer.hasFingerprint());
    assertTrue(answer.hasValidIntegrity(INTEGRITY));
    assertEquals(transactionId(request), transactionId(answer));
  }

  @ParameterizedTest
  @EnumSource(StunError.class)
  void anErrorTellsItsCodeSignedOrUnsignedAndIsShorterThanChromiumsCheck(StunError error) {
    readChromiumsCheck();
    int length = writer.writeBindingError(request, error, null);
    assertTrue(length <= request.length());
    assertNull(answer.parse(writer.bytes(), 0, length));
    assertEquals(StunMessage.BINDING_ERROR, answer.type());
    assertEquals(error.code(), answer.errorCode());
    assertFalse(answer.hasIntegrity());
    assertTrue(answer.hasFingerprint());
    assertEquals(transactionId(request), transactionId(answer));

    length = writer.writeBindingError(request, error, INTEGRITY);
    assertTrue(length <= request.length());
    assertNull(answer.parse(writer.bytes(), 0, length));
    assertTrue(answer.hasValidIntegrity(INTEGRITY));
  }

  @Test
  void anAnswerNeverNeedsMoreThanTheAnswerCapacity() {
    StunWriter question = new StunWriter(512);
    question.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    for (int type = 0x7000; type < 0x7010; type++) {
      question.putAttribute(type, new byte[0]);
    }
    assertNull(request.parse(question.bytes(), 0, question.finish(null)));
    int length = writer.writeBindingError(request, StunError.UNKNOWN_ATTRIBUTE, INTEGRITY);
    assertNull(answer.parse(writer.bytes(), 0, length));
    assertEquals(420, answer.errorCode());
  }

  @Test
  void a420NamesWhatWasNotUnderstood() {
    StunWriter question = new StunWriter(512);
    question.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    question.putAttribute(0x0003, new byte[4]);
    question.putAttribute(0x7abc, new byte[4]);
    assertNull(request.parse(question.bytes(), 0, question.finish(null)));
    writer.begin(StunMessage.BINDING_ERROR, new byte[12], 0);
    writer.putUnknownAttributes(request);
    writer.finish(null);
    // RFC 8489 §14.9: a list of 16-bit types.
    assertEquals("000a000400037abc", HexFormat.of().formatHex(writer.bytes(), 20, 28));
  }

  @Test
  void aRequestCarriesWhatAControllingAgentSays() {
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putUsername("abcdefg:hijk".getBytes(StandardCharsets.US_ASCII));
    writer.putIceControlling(-2);
    writer.putPriority(0xffff_fffeL);
    writer.putUseCandidate();
    writer.putNomination(0x8000_0001L);
    assertNull(request.parse(writer.bytes(), 0, writer.finish(INTEGRITY)));
    assertTrue(request.hasValidIntegrity(INTEGRITY));
    assertTrue(request.hasLocalUsernameFragment("abcdefg".getBytes(StandardCharsets.US_ASCII)));
    assertTrue(request.isFromControlling());
    assertTrue(request.hasUseCandidate());
    assertEquals(0xffff_fffeL, request.priority());
    assertEquals(0x8000_0001L, request.nomination());
  }

  @Test
  void paddingIsClearedWhateverTheBufferHeldBefore() {
    Arrays.fill(writer.bytes(), (byte) 0x55);
    writer.begin(StunMessage.BINDING_REQUEST, new byte[12], 0);
    writer.putUsername("abcde".getBytes(StandardCharsets.US_ASCII));
    writer.finishBare();
    assertEquals("0006000561626364650000" + "00", HexFormat.of().formatHex(writer.bytes(), 20, 32));
  }

  private static String transactionId(StunMessage message) {
    int offset = message.transactionIdOffset();
    return HexFormat.of().formatHex(message.bytes(), offset, offset + StunMessage.TRANSACTION_ID_BYTES);
  }
}
