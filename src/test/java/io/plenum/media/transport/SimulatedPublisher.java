package io.plenum.media.transport;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtcpParameters;
import io.plenum.media.parameters.RtpCodecParameters;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpHeaderExtensionParameters;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.protocol.rtcp.RtcpHandler;
import io.plenum.protocol.rtcp.RtcpReader;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** A browser that sends VP8 with three temporal layers in one or more encodings, and a key frame when it is asked. */
final class SimulatedPublisher implements RtpLink {
  private static final long MS = 1_000_000;
  private static final int FRAMES_PER_SECOND = 30;
  private static final int MAX_PAYLOAD_BYTES = 1_100;
  /** Of four pictures; the shares of their bitrate are 40, 20, 20 and 20 %. */
  private static final int[] TEMPORAL_LAYERS = {0, 2, 1, 2};
  private static final int FIRST_SSRC = 5_000_000;

  /** One encoding. */
  final class Encoding {
    final int ssrc;
    long bitrateBps;
    boolean on = true;
    private boolean keyFrameWanted = true;
    private int sequenceNumber;
    private int pictureId;
    private int tl0;
    private long frame;
    private final Deque<byte[]> paced = new ArrayDeque<>();
    int keyFrames;

    private Encoding(int ssrc, long bitrateBps) {
      this.ssrc = ssrc;
      this.bitrateBps = bitrateBps;
    }

    private void encode(long nowNs) {
      int place = (int) (frame++ % TEMPORAL_LAYERS.length);
      boolean key = keyFrameWanted;
      if (key) {
        frame = 1;
        place = 0;
        keyFrames++;
        keyFrameWanted = false;
      }
      int layer = TEMPORAL_LAYERS[place];
      tl0 += layer == 0 ? 1 : 0;
      pictureId++;
      int bytes = (int) (bitrateBps * TEMPORAL_LAYERS.length / FRAMES_PER_SECOND / 8 * (layer == 0 ? 4 : 2) / 10);
      bytes = Math.max(20, key ? bytes * 2 : bytes);
      for (int from = 0; from < bytes; from += MAX_PAYLOAD_BYTES) {
        int payload = Math.min(MAX_PAYLOAD_BYTES, bytes - from);
        byte[] packet = new byte[12 + 6 + payload];
        packet[0] = (byte) 0x80;
        packet[1] = (byte) (from + payload >= bytes ? 0x80 | 96 : 96);
        Bytes.put16(packet, 2, sequenceNumber++ & 0xffff);
        Bytes.put32(packet, 4, (int) (nowNs / MS * 90));
        Bytes.put32(packet, 8, ssrc);
        packet[12] = (byte) (from == 0 ? 0x90 : 0x80);
        packet[13] = (byte) 0xe0;
        Bytes.put16(packet, 14, 0x8000 | pictureId & 0x7fff);
        packet[16] = (byte) tl0;
        packet[17] = (byte) (layer << 6 | 0x20);
        packet[18] = (byte) (key ? 0 : 1);
        paced.add(packet);
      }
    }
  }

  final List<Encoding> encodings = new ArrayList<>();
  private final SimulatedRoom room;
  private final RtpSession session;
  private final RtcpReader reader = new RtcpReader();
  private final boolean dtx;
  private long nextFrameNs;
  long frameIntervalNs = 1_000 * MS / FRAMES_PER_SECOND;
  Producer producer;

  /** @param dtx as its encodings announce it */
  SimulatedPublisher(SimulatedRoom room, boolean dtx, long... bitratesBps) {
    this.room = room;
    this.dtx = dtx;
    this.session = room.session(this);
    for (long bps : bitratesBps) {
      encodings.add(new Encoding(FIRST_SSRC + 1000 * room.nextNumber(), bps));
    }
    nextFrameNs = room.now;
    session.onConnected(room.now);
    producer = session.produce(new ProducerOptions("producer" + room.nextNumber(), MediaKind.VIDEO, parameters(),
        false, Map.of()), room.now);
  }

  private RtpParameters parameters() {
    List<RtcpFeedback> feedback = List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR,
        RtcpFeedback.GOOG_REMB, RtcpFeedback.TRANSPORT_CC);
    return new RtpParameters("0", List.of(new RtpCodecParameters("video/VP8", 96, 90_000, null, Map.of(), feedback)),
        List.of(new RtpHeaderExtensionParameters(KnownHeaderExtension.MID.uri(), 4, false, Map.of())),
        encodings.stream().map(e -> new RtpEncodingParameters(
            (long) e.ssrc, null, null, null, dtx ? true : null, encodings.size() > 1 ? "L1T3" : null, null, null)).toList(),
        new RtcpParameters("publisher", true, null), null);
  }

  /** Once a millisecond. */
  void step() {
    if (room.now >= nextFrameNs) {
      nextFrameNs += frameIntervalNs;
      encodings.stream().filter(e -> e.on).forEach(e -> e.encode(room.now));
    }
    for (Encoding encoding : encodings) {
      byte[] packet = encoding.paced.poll();
      if (packet != null) {
        session.onRtp(packet, 0, packet.length, room.now);
      }
    }
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs) {
    throw new AssertionError("nothing is sent to a publisher");
  }

  @Override
  public void sendRtcp(byte[] packet, int offset, int length, long nowNs) {
    reader.read(Arrays.copyOfRange(packet, offset, offset + length), 0, length, new RtcpHandler() {
      @Override
      public void onPli(int senderSsrc, int mediaSsrc) {
        encodings.stream().filter(e -> e.ssrc == mediaSsrc).forEach(e -> e.keyFrameWanted = true);
      }
    });
  }
}
