package io.plenum.protocol.rtcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What real browsers send, and what another dissector says of it. */
class RtcpOfBrowsersTest {
  private final RtcpReader reader = new RtcpReader();

  /** Columns of rtcp-plain's .tsv. */
  private static final int TYPE = 0;
  private static final int FORMAT = 1;
  private static final int SENDER_SSRC = 4;
  private static final int MEDIA_SSRC = 5;
  private static final int NACK_NUMBERS = 6;
  private static final int BASE = 9;
  private static final int STATUSES = 10;
  private static final int REFERENCE_TIME = 11;
  private static final int FEEDBACK_COUNT = 12;
  private static final int DELTAS = 14;
  private static final int REPORTED_SSRC = 15;
  private static final int FRACTION = 16;
  private static final int LOST = 17;
  private static final int HIGHEST = 18;
  private static final int JITTER = 19;

  @ParameterizedTest
  @ValueSource(strings = {"chromium-goog-remb", "chromium-transport-cc"})
  void feedbackOfAReceiverIsReadAsWiresharkReadsIt(String name) {
    List<byte[]> datagrams = RtcpCapture.datagrams(name + ".pcap");
    List<String[]> expected = RtcpCapture.expected(name + ".expected.tsv");
    assertEquals(expected.size(), datagrams.size());
    for (int i = 0; i < datagrams.size(); i++) {
      byte[] datagram = datagrams.get(i);
      ReceiverFeedback heard = new ReceiverFeedback();
      assertNull(reader.read(datagram, 0, datagram.length, heard));
      assertEquals(expectedLines(expected.get(i)), heard.lines, name + " packet " + i);
    }
    assertEquals(0, reader.unknownPackets());
  }

  private static List<String> expectedLines(String[] row) {
    List<String> lines = new ArrayList<>();
    if (row[TYPE].equals("201")) {
      lines.add("rr " + row[SENDER_SSRC]);
      String[] ssrcs = row[REPORTED_SSRC].split(",");
      for (int i = 0; i < ssrcs.length; i++) {
        lines.add(String.join(" ", ssrcs[i], row[FRACTION].split(",")[i], row[LOST].split(",")[i],
            row[HIGHEST].split(",")[i], row[JITTER].split(",")[i]));
      }
    } else if (row[FORMAT].equals("1")) {
      for (String number : row[NACK_NUMBERS].split(",")) {
        lines.add("nack " + row[SENDER_SSRC] + " " + row[MEDIA_SSRC] + " " + number);
      }
    } else {
      lines.add(String.join(" ", row[SENDER_SSRC], row[MEDIA_SSRC], row[BASE], row[STATUSES], row[REFERENCE_TIME],
          row[FEEDBACK_COUNT]));
      for (String delta : row[DELTAS].split(",")) {
        lines.add("delta " + (delta.length() > 4 ? (short) (int) Integer.decode(delta) : Integer.decode(delta)));
      }
    }
    return lines;
  }

  private static final class ReceiverFeedback implements RtcpHandler {
    private final List<String> lines = new ArrayList<>();

    private static String hex(int ssrc) {
      return String.format("0x%08x", ssrc);
    }

    @Override
    public void onReceiverReport(int senderSsrc) {
      lines.add("rr " + hex(senderSsrc));
    }

    @Override
    public void onReportBlock(int senderSsrc, ReportBlock block) {
      lines.add(hex(block.ssrc) + " " + block.fractionLost + " " + block.cumulativeLost + " "
          + block.extendedHighestSequence + " " + block.jitter);
    }

    @Override
    public void onNackedSequenceNumber(int senderSsrc, int mediaSsrc, int sequenceNumber) {
      lines.add("nack " + hex(senderSsrc) + " " + hex(mediaSsrc) + " " + sequenceNumber);
    }

    @Override
    public void onTransportFeedback(TransportFeedback feedback) {
      lines.add(hex(feedback.senderSsrc()) + " " + hex(feedback.mediaSsrc()) + " " + feedback.baseSequenceNumber() + " "
          + feedback.statusCount() + " " + feedback.referenceTime() + " " + feedback.feedbackCount());
      while (feedback.next()) {
        lines.add("delta " + feedback.deltaTicks());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "chromium-av1-L1T3", "chromium-av1-L3T3_KEY", "chromium-h264-simulcast3", "chromium-vp8-simulcast3",
      "chromium-vp8-simulcast3-L1T3-noDD", "chromium-vp8-single", "chromium-vp9-L1T3", "chromium-vp9-L3T3_KEY"})
  void reportsOfASenderAreReadAsWiresharkReadsThem(String name) {
    List<byte[]> datagrams = RtcpCapture.datagrams(name + ".pcap");
    List<String[]> expected = RtcpCapture.expected(name + ".rtcp.expected.tsv");
    assertEquals(expected.size(), datagrams.size());
    for (int i = 0; i < datagrams.size(); i++) {
      HeardRtcp heard = new HeardRtcp();
      assertNull(reader.read(datagrams.get(i), 0, datagrams.get(i).length, heard));
      // Each is an SR and an SDES of the same source.
      String ssrc = expected.get(i)[3].substring(2);
      assertEquals("200,202", expected.get(i)[0]);
      assertEquals(List.of("sr " + ssrc, "cname " + ssrc),
          heard.lines.stream().map(line -> line.substring(0, line.indexOf(' ', line.indexOf(' ') + 1))).toList());
    }
  }
}
