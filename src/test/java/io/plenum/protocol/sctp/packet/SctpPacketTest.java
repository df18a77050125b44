package io.plenum.protocol.sctp.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.sctp.packet.ReConfigChunk.IncomingReset;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Other;
import io.plenum.protocol.sctp.packet.ReConfigChunk.OutgoingReset;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Response;
import io.plenum.protocol.sctp.packet.ReConfigChunk.Result;
import io.plenum.protocol.wire.Malformed;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SctpPacketTest {
  private final PacketReader reader = new PacketReader();

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** A packet with these chunks and the right checksum. */
  private static byte[] packet(String chunks) {
    byte[] bytes = hex("1388 1388 01020304 00000000" + chunks);
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    int value = (int) crc.getValue();
    for (int i = 0; i < 4; i++) {
      bytes[8 + i] = (byte) (value >>> 8 * i);
    }
    return bytes;
  }

  private Malformed parse(String chunks) {
    byte[] bytes = packet(chunks);
    return reader.parse(bytes, 0, bytes.length, false);
  }

  private void stand(String chunk) {
    assertNull(parse(chunk));
    assertTrue(reader.nextChunk());
  }

  @ParameterizedTest
  @CsvSource({
    "'', TOO_SHORT, no chunk",
    "0000, TOO_SHORT, half a header",
    "0b0000, TOO_SHORT, a header without its last byte",
    "0b000003 00, WRONG_LENGTH, shorter than its own header",
    "0b000008 000000, WRONG_LENGTH, longer than what is there",
    "0b000004 0b, WRONG_LENGTH, a second chunk of one byte",
    "0b000004 0b000010, WRONG_LENGTH, the second one is too long"
  })
  void aPacketThatIsCutOffDoesNothingAtAll(String chunks, Malformed expected, String why) {
    assertEquals(expected, parse(chunks), why);
  }

  @Test
  void chunksComeOneAfterAnotherWithoutTheirPadding() {
    assertNull(parse("01000005 aa000000 0b000004 04000006 bbcc"));
    assertEquals(0x01020304, reader.verificationTag());
    assertFalse(reader.hasOneChunk());
    assertTrue(reader.nextChunk());
    assertEquals(1, reader.chunkType());
    assertEquals(1, reader.valueLength());
    assertTrue(reader.nextChunk());
    assertEquals(11, reader.chunkType());
    assertTrue(reader.nextChunk(), "the padding of the last may be missing");
    assertEquals(2, reader.valueLength());
    assertFalse(reader.nextChunk());
  }

  @Test
  void theChecksumIsCrc32cAsOtherStacksWriteIt() {
    // COOKIE ACK and SACK that usrsctp sent.
    byte[] other = hex("138813886cd7e8071d8159430b000004030000100502ad170002000000000000");
    assertNull(reader.parse(other, 0, other.length, false));
    other[31] ^= 1;
    assertEquals(Malformed.WRONG_CHECKSUM, reader.parse(other, 0, other.length, false));
  }

  @Test
  void aZeroChecksumIsGoodOnlyWhereItWasAllowed() {
    byte[] bytes = hex("1388 1388 01020304 00000000 0b000004");
    assertEquals(Malformed.WRONG_CHECKSUM, reader.parse(bytes, 0, bytes.length, false));
    assertNull(reader.parse(bytes, 0, bytes.length, true));
    bytes[8] = 1;
    assertEquals(Malformed.WRONG_CHECKSUM, reader.parse(bytes, 0, bytes.length, true));
  }

  @Test
  void aPortOfZeroIsNobodys() {
    byte[] bytes = packet("0b000004");
    bytes[0] = 0;
    bytes[1] = 0;
    assertEquals(Malformed.WRONG_VALUE, reader.parse(bytes, 0, bytes.length, true));
  }

  @Test
  void dataIsReadAsRfc9260DrawsIt() {
    stand("00070012 00000001 0002 0003 00000035 abcd0000");
    DataChunk data = new DataChunk();
    assertNull(data.parse(reader));
    assertEquals(1, data.tsn());
    assertEquals(2, data.streamId());
    assertEquals(3, data.messageNumber());
    assertEquals(53, data.payloadProtocolId());
    assertTrue(data.begin() && data.end() && data.unordered());
    assertFalse(data.immediate());
    assertArrayEquals(hex("abcd"), data.copyPayload());
  }

  @Test
  void interleavedDataHasAProtocolInItsFirstFragmentAndANumberInTheOthers() {
    DataChunk data = new DataChunk();
    stand("40020015 00000001 0002 0000 00000009 00000033 ab000000");
    assertNull(data.parse(reader));
    assertEquals(9, data.messageNumber());
    assertEquals(51, data.payloadProtocolId());
    assertEquals(0, data.fragmentNumber());
    stand("40010015 00000002 0002 0000 00000009 00000004 ab000000");
    assertNull(data.parse(reader));
    assertEquals(4, data.fragmentNumber());
    assertEquals(0, data.payloadProtocolId());
    assertTrue(data.end());
  }

  @ParameterizedTest
  @CsvSource({
    "00030010 00000001 0002 0003 00000035, MISSING_FIELD, DATA without data",
    "0003000c 00000001 00020003, TOO_SHORT, DATA without protocol",
    "40030014 00000001 0002 0000 00000009 00000035, MISSING_FIELD, I-DATA without data",
    "40030010 00000001 0002 0000 00000009, TOO_SHORT, I-DATA that is as short as DATA"
  })
  void dataThatIsTooShortIsRefused(String chunk, Malformed expected, String why) {
    stand(chunk);
    assertEquals(expected, new DataChunk().parse(reader), why);
  }

  @Test
  void aSackIsReadAsRfc9260DrawsIt() {
    stand("0300001c 00000064 00010000 0002 0001 0002 0003 0005 0005 00000063");
    SackChunk sack = new SackChunk();
    assertNull(sack.parse(reader));
    assertEquals(100, sack.cumulativeTsn());
    assertEquals(65_536, sack.receiverWindow());
    assertEquals(2, sack.gapBlocks());
    assertEquals(2, sack.gapStart(0));
    assertEquals(3, sack.gapEnd(0));
    assertEquals(5, sack.gapStart(1));
    assertEquals(1, sack.duplicates());
    assertEquals(99, sack.duplicate(0));
  }

  @ParameterizedTest
  @CsvSource({
    "0300000c 00000064 00010000, TOO_SHORT, without its counts",
    "03000014 00000064 00010000 0002 0000 0002 0003, WRONG_LENGTH, one gap block of two",
    "03000010 00000064 00010000 ffff ffff, WRONG_LENGTH, counts from nowhere"
  })
  void aSackThatAnnouncesMoreThanItHasIsRefused(String chunk, Malformed expected, String why) {
    stand(chunk);
    assertEquals(expected, new SackChunk().parse(reader), why);
  }

  @Test
  void anInitOfChromiumSaysWhatItCanDo() {
    // Tag, window, streams out and in, first TSN; FORWARD-TSN supported; extensions 130, 192.
    stand("01000024 ee8b86d4 00020000 03e8 03e8 480fbd83 c0000004 80080006 82c00000 c0000004");
    InitChunk init = new InitChunk();
    assertNull(init.parse(reader));
    assertEquals(0xee8b86d4, init.initiateTag());
    assertEquals(131_072, init.receiverWindow());
    assertEquals(1_000, init.outgoingStreams());
    assertEquals(1_000, init.incomingStreams());
    assertEquals(0x480fbd83, init.initialTsn());
    assertEquals(new Capabilities(true, false, true, false), init.capabilities());
  }

  @ParameterizedTest
  @CsvSource({
    "01000010 00000001 00010000 00010001, TOO_SHORT, without a first TSN",
    "01000014 00000000 00010000 0001 0001 00000001, WRONG_VALUE, a tag of 0",
    "01000014 00000001 00010000 0000 0001 00000001, WRONG_VALUE, no stream to send on",
    "01000014 00000001 00010000 0001 0000 00000001, WRONG_VALUE, no stream to receive on",
    "01000018 00000001 00010000 0001 0001 00000001 c0000003, WRONG_LENGTH, a parameter shorter than its header",
    "01000018 00000001 00010000 0001 0001 00000001 c0000008, WRONG_LENGTH, a parameter longer than the chunk",
    "02000014 00000001 00010000 0001 0001 00000001, MISSING_FIELD, an INIT ACK without a cookie"
  })
  void anInitThatMakesNoSenseIsRefused(String chunk, Malformed expected, String why) {
    stand(chunk);
    assertEquals(expected, new InitChunk().parse(reader), why);
  }

  @ParameterizedTest
  @CsvSource({
    "80010008 00000001 c0000004, true, true, zero checksum for DTLS",
    "80010008 00000002 c0000004, false, true, some other error detection",
    "8fff0004 c0000004, false, true, unknown: skipped",
    "cfff0004 c0000004, false, true, unknown: skipped and reported",
    "0fff0004 c0000004, false, false, unknown: nothing after it counts",
    "4fff0004 c0000004, false, false, unknown: nothing after it counts and it is reported",
    "000c0006 00050000 c0000004, false, true, address types: harmless"
  })
  void parametersAreReadAsTheirTypeDemands(
      String parameters, boolean zeroChecksum, boolean partialReliability, String why) {
    int length = 20 + parameters.replace(" ", "").length() / 2;
    stand("0100" + String.format("%04x", length) + "00000001 00010000 0001 0001 00000001" + parameters);
    InitChunk init = new InitChunk();
    assertNull(init.parse(reader), why);
    assertEquals(zeroChecksum, init.capabilities().zeroChecksum(), why);
    assertEquals(partialReliability, init.capabilities().partialReliability(), why);
  }

  @Test
  void whatIsWrittenIsRead() {
    for (int bits = 0; bits < 16; bits++) {
      Capabilities capabilities = Capabilities.fromBits(bits);
      PacketWriter out = new PacketWriter(1, 2, 1_000);
      out.begin(77);
      InitChunk.writeBegin(out, ChunkType.INIT_ACK, 5, 6, 7, 8, 9, capabilities);
      InitChunk.writeCookie(out, new byte[] {1, 2, 3});
      InitChunk.writeEnd(out);
      assertNull(reader.parse(out.bytes(), 0, out.finish(false), false));
      assertTrue(reader.nextChunk());
      InitChunk init = new InitChunk();
      assertNull(init.parse(reader));
      assertEquals(capabilities, init.capabilities());
      assertEquals(3, init.cookieLength());
    }
  }

  @Test
  void forwardTsnNamesStreamsAndNumbers() {
    ForwardTsnChunk forward = new ForwardTsnChunk();
    stand("c0000010 00000005 0001 0002 0003 0004");
    assertNull(forward.parse(reader));
    assertEquals(5, forward.newCumulativeTsn());
    assertEquals(2, forward.skippedStreams());
    assertEquals(3, forward.streamId(1));
    assertEquals(4, forward.messageNumber(1));
    assertFalse(forward.unordered(1));
    stand("c2000010 00000005 0001 0001 00010002");
    assertNull(forward.parse(reader));
    assertEquals(0x10002, forward.messageNumber(0));
    assertTrue(forward.unordered(0));
    stand("c0000006 0000 0000");
    assertEquals(Malformed.TOO_SHORT, forward.parse(reader));
    stand("c000000a 00000005 0001 0000");
    assertEquals(Malformed.WRONG_LENGTH, forward.parse(reader));
  }

  @Test
  void reConfigHoldsRequestsAndAnswers() {
    ReConfigChunk chunk = new ReConfigChunk();
    stand("82000024 000d0014 00000001 00000002 00000003 0004 0005 0010000c 00000006 00000001");
    assertNull(chunk.parse(reader));
    OutgoingReset request = (OutgoingReset) chunk.parameters().get(0);
    assertEquals(1, request.requestNumber());
    assertEquals(2, request.responseNumber());
    assertEquals(3, request.lastTsn());
    assertArrayEquals(new int[] {4, 5}, request.streamIds());
    assertEquals(new Response(6, Result.PERFORMED), chunk.parameters().get(1));
    stand("82000018 000e000a 00000001 0007 0000 000f0008 00000002");
    assertNull(chunk.parse(reader));
    assertArrayEquals(new int[] {7}, ((IncomingReset) chunk.parameters().get(0)).streamIds());
    assertEquals(new Other(2), chunk.parameters().get(1));
  }

  @ParameterizedTest
  @CsvSource({
    "82000004, MISSING_FIELD, nothing in it",
    "8200000c 000d0008 00000001, TOO_SHORT, a request without its TSN",
    "8200001c 000f0008 00000001 000f0008 00000002 000f0008 00000003, TOO_MANY, three",
    "82000008 000f0010, WRONG_LENGTH, longer than the chunk"
  })
  void aReConfigThatMakesNoSenseIsRefused(String chunk, Malformed expected, String why) {
    stand(chunk);
    assertEquals(expected, new ReConfigChunk().parse(reader), why);
  }

  @Test
  void aResultThatNobodyKnowsIsADenial() {
    ReConfigChunk chunk = new ReConfigChunk();
    stand("82000010 0010000c 00000006 000000ff");
    assertNull(chunk.parse(reader));
    assertEquals(new Response(6, Result.DENIED), chunk.parameters().get(0));
  }

  @Test
  void thePeersWordsAreFitForALog() {
    stand("06000010 000c000c 676f0a6e 65212020");
    assertEquals("user initiated abort: go?ne!  ", ErrorCause.describe(reader));
    stand("06000008 00630004");
    assertEquals("cause 99", ErrorCause.describe(reader));
    stand("06000004");
    assertEquals("", ErrorCause.describe(reader));
    stand("06000008 000c0020");
    assertEquals("unreadable cause", ErrorCause.describe(reader));
  }
}
