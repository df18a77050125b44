package io.plenum.protocol.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.protocol.wire.Malformed;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RtcpReaderTest {
  private final RtcpReader reader = new RtcpReader();
  private final HeardRtcp heard = new HeardRtcp();

  private Malformed read(String hex) {
    // Bytes around the datagram must not matter.
    byte[] datagram = HexFormat.of().parseHex(hex.replace(" ", ""));
    byte[] bytes = new byte[datagram.length + 32];
    Arrays.fill(bytes, (byte) 0xff);
    System.arraycopy(datagram, 0, bytes, 16, datagram.length);
    return reader.read(bytes, 16, datagram.length, heard);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      80c80006 11111111 8000000000000001 00000002 ffffffff 00000004 | sr 11111111 ntp=8000000000000001 rtp=2 packets=4294967295 octets=4 | SR, unsigned counters
      81c8000c 11111111 8000000000000001 00000002 00000003 00000004 22222222 00000001 00000002 00000003 00000004 00000005 | sr 11111111 ntp=8000000000000001 rtp=2 packets=3 octets=4; block 11111111->22222222 fraction=0 lost=1 highest=2 jitter=3 lsr=4 dlsr=5 | SR with a block
      81c90007 11111111 22222222 40ffffff 00010002 00000003 00000004 00000005 | rr 11111111; block 11111111->22222222 fraction=64 lost=-1 highest=65538 jitter=3 lsr=4 dlsr=5 | cumulative loss is signed
      80c90001 11111111 | rr 11111111 | RR without blocks
      80c90003 11111111 33333333 44444444 | rr 11111111 | a profile-specific extension is skipped
      81ca0003 11111111 01046a6f 686e0000 | cname 11111111 john | CNAME
      81ca0003 11111111 01056a6f 686e6e00 | cname 11111111 johnn | CNAME with one zero byte after it
      82ca0005 11111111 0201620101610000 22222222 01016200 | cname 11111111 a; cname 22222222 b | NAME is skipped, two chunks
      80ca0000 | | SDES without chunks
      82cb0002 11111111 22222222 | bye 11111111; bye 22222222 | two leave
      81cb0003 11111111 04676f6e 65000000 | bye 11111111 | BYE with a reason
      80cf0004 11111111 04000002 0102030405060708 | rrt 11111111 0102030405060708 | XR receiver reference time
      80cf0008 11111111 05000006 22222222 00000001 00000002 33333333 ffffffff 00000003 | dlrr 11111111->22222222 lrr=1 delay=2; dlrr 11111111->33333333 lrr=4294967295 delay=3 | XR DLRR, two entries
      80cf0005 11111111 07000001 00000000 05000000 09000000 | | XR: unknown block, empty DLRR, empty unknown block
      81cd0003 11111111 22222222 fffe8005 | nack 11111111->22222222 65534; nack 11111111->22222222 65535; nack 11111111->22222222 1; nack 11111111->22222222 14 | NACK over the wrap
      81ce0002 11111111 22222222 | pli 11111111->22222222 | PLI
      84ce0006 11111111 00000000 22222222 07000000 33333333 08000000 | fir 11111111->22222222 7; fir 11111111->33333333 8 | FIR, two entries
      8fce0006 11111111 00000000 52454d42 0207ffff 22222222 33333333 | remb 11111111 524286 22222222 33333333 | REMB: mantissa 0x3ffff, exponent 1
      8fce0004 11111111 00000000 52454d42 00fc0000 | remb 11111111 0 | REMB of nothing, whatever the exponent
      8fce0004 11111111 00000000 52454d42 00b7ffff | remb 11111111 9223336852482686976 | the largest REMB that a long holds
      afcd0006 11111111 22222222 00010003 00000205 20030102 03000003 | twcc 11111111->22222222 base=1 count=3 ref=2 fb=5 1+1 2+3 3+6 | transport-cc, padding that is no multiple of four
      8fcd0006 11111111 22222222 fffe0005 00000205 4001 9400 8000 05 01 | twcc 11111111->22222222 base=65534 count=5 ref=2 fb=5 65534+-32768 0+-32763 2+-32762 | transport-cc: negative delta, a run and a vector, over the wrap
      81c90007 11111111 22222222 00000000 00000001 00000002 00000003 00000004 81ce0002 11111111 22222222 | rr 11111111; block 11111111->22222222 fraction=0 lost=0 highest=1 jitter=2 lsr=3 dlsr=4; pli 11111111->22222222 | compound
      """)
  void tellsWhatIsThere(String hex, String expected, String why) {
    assertNull(read(hex), why);
    assertEquals(expected == null ? List.of() : List.of(expected.split("; ")), heard.lines, why);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(delimiter = '|', textBlock = """
      80c900 | TOO_SHORT | three bytes
      40c90001 11111111 | WRONG_VERSION | version 1
      80c90002 11111111 | WRONG_LENGTH | a word more announced than is there
      80c90001 11111111 80 | TOO_SHORT | a byte too many
      80c90001 11111111 00000000 | WRONG_VERSION | a word too many
      a0c90001 11111100 | WRONG_PADDING | zero bytes of padding
      a0c90001 11111105 | WRONG_PADDING | the padding would begin in the header
      81c90001 11111111 | TOO_SHORT | one block counted but absent
      80c80001 11111111 | TOO_SHORT | SR without sender info
      81ca0001 11111111 | MISSING_FIELD | SDES items without end
      81ca0002 11111111 01096161 | WRONG_LENGTH | SDES item longer than the packet
      81ca0000 | TOO_SHORT | SDES chunk counted but absent
      82cb0001 11111111 | TOO_SHORT | BYE: two counted, one there
      81cb0002 11111111 09616161 | WRONG_LENGTH | BYE reason longer than the packet
      80cf0000 | TOO_SHORT | XR without SSRC
      80cf0002 11111111 04000002 | WRONG_LENGTH | XR block longer than the packet
      80cf0003 11111111 04000001 00000000 | WRONG_LENGTH | XR reference time of one word
      80cf0003 11111111 05000001 00000000 | WRONG_LENGTH | XR DLRR of one word
      81cd0002 11111111 22222222 | TOO_SHORT | NACK without items
      81ce0001 11111111 | TOO_SHORT | PLI without media SSRC
      84ce0002 11111111 22222222 | TOO_SHORT | FIR without entries
      8fce0003 11111111 00000000 52454d42 | TOO_SHORT | REMB without bitrate
      8fce0004 11111111 00000000 52454d42 0107ffff | WRONG_LENGTH | REMB: one SSRC counted but absent
      8fce0004 11111111 00000000 52454d42 00ffffff | WRONG_VALUE | REMB over 64 bits
      8fce0004 11111111 00000000 52454d42 00bbffff | WRONG_VALUE | REMB over 63 bits
      8fcd0003 11111111 22222222 00010001 | TOO_SHORT | transport-cc without reference time
      8fcd0004 11111111 22222222 00010000 00000200 | MISSING_FIELD | transport-cc about no packet
      8fcd0005 11111111 22222222 00018000 00000200 20010100 | TOO_MANY | transport-cc about half of all sequence numbers
      8fcd0004 11111111 22222222 00010001 00000200 | TOO_SHORT | transport-cc without chunk
      8fcd0005 11111111 22222222 00010001 00000200 00002001 | WRONG_VALUE | transport-cc with a run of nothing
      8fcd0005 11111111 22222222 00010001 00000200 60010000 | WRONG_VALUE | transport-cc with the reserved symbol in a run
      8fcd0005 11111111 22222222 00010001 00000200 f0000000 | WRONG_VALUE | transport-cc with the reserved symbol in a vector
      8fcd0005 11111111 22222222 00010003 00000200 20030101 | WRONG_LENGTH | transport-cc: three deltas counted, two there
      """)
  void refusesAndTellsNothing(String hex, Malformed expected, String why) {
    assertEquals(expected, read(hex), why);
    assertEquals(List.of(), heard.lines, why);
  }

  @Test
  void leavesOutOnlyThePacketThatIsWrongInsideACompound() {
    assertEquals(Malformed.TOO_SHORT, read("81cd0002 11111111 22222222" + "81ce0002 11111111 22222222"));
    assertEquals(List.of("pli 11111111->22222222"), heard.lines);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(delimiter = '|', textBlock = """
      80cc0002 11111111 61626364 | APP
      80c30000 | type 195
      83cd0002 11111111 22222222 | transport-layer feedback format 3
      82ce0002 11111111 22222222 | payload-specific feedback format 2
      8fce0003 11111111 22222222 58585858 | application feedback that is no REMB
      8fce0002 11111111 22222222 | application feedback without identifier
      """)
  void skipsAndCountsWhatItDoesNotKnow(String hex, String why) {
    assertNull(read(hex + "81ce0002 11111111 22222222"), why);
    assertEquals(1, reader.unknownPackets(), why);
    assertEquals(List.of("pli 11111111->22222222"), heard.lines, why);
  }

  @Test
  void aDatagramFullOfNacksMakesAsManyCallsAsItHasItemsAndNoMore() {
    byte[] datagram = new byte[1500];
    Arrays.fill(datagram, (byte) 0xff);
    byte[] header = HexFormat.of().parseHex("81cd01761111111122222222");
    System.arraycopy(header, 0, datagram, 0, header.length);
    int[] items = new int[1];
    assertNull(reader.read(datagram, 0, datagram.length, new RtcpHandler() {
      @Override
      public void onNack(int senderSsrc, int mediaSsrc, int pid, int blp) {
        items[0]++;
      }
    }));
    assertEquals((1500 - 12) / 4, items[0]);
  }

  @Test
  void aFeedbackAboutManyLostPacketsCostsNothingForEach() {
    // Four runs of 8,191 lost packets; the one after them came.
    assertNull(read("8fcd0007 11111111 22222222 0000 7ffd 000000 00 1fff 1fff 1fff 1fff 2001 09 00"));
    assertEquals(List.of("twcc 11111111->22222222 base=0 count=32765 ref=0 fb=0 32764+9"), heard.lines);
  }
}
