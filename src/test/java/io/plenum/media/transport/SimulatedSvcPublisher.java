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
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A browser that sends VP9 as L3T3_KEY, one packet a frame, and 50 ms after it is asked a key frame. */
final class SimulatedSvcPublisher implements RtpLink {
  private static final int SSRC = 4_000_000;
  private static final int LAYERS = 3;
  private static final int[] TEMPORAL_LAYERS = {0, 2, 1, 2};
  private static final long INTERVAL_NS = 33 * SimulatedRoom.MS;
  private static final long KEY_FRAME_DELAY_NS = 50 * SimulatedRoom.MS;
  private static final int[] FRAME_BYTES = {150, 350, 900};
  private static final int DESCRIPTOR_BYTES = 5;
  private static final int CONTENT_BYTES = 32;

  /**
   * Content of a packet: its frame's number, when it was captured, and the frames without which it cannot be decoded.
   */
  record Frame(long id, long capturedNs, List<Long> needs) {
    static Frame read(RtpPacket packet) {
      int at = packet.payloadOffset() + DESCRIPTOR_BYTES;
      List<Long> needs = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        long need = Bytes.i64(packet.bytes(), at + 16 + 8 * i);
        if (need != 0) {
          needs.add(need);
        }
      }
      return new Frame(Bytes.i64(packet.bytes(), at), Bytes.i64(packet.bytes(), at + 8), needs);
    }
  }

  private final SimulatedRoom room;
  private final RtpSession session;
  private final RtcpReader reader = new RtcpReader();
  private long nextPictureNs;
  private long keyFrameDueNs;
  private boolean keyFrameWanted = true;
  private int sequenceNumber = 65_000;
  private int picture;
  /** By spatial layer: the last frame of T0, and of T0 or T1. */
  private final long[] lowest = new long[LAYERS];
  private final long[] lower = new long[LAYERS];
  private int sinceKey;
  private int tl0;
  int highestLayer = LAYERS - 1;
  int keyFrames;
  final Producer producer;

  SimulatedSvcPublisher(SimulatedRoom room) {
    this.room = room;
    this.session = room.session(this);
    nextPictureNs = room.now;
    session.onConnected(room.now);
    producer = session.produce(
        new ProducerOptions("svc" + room.nextNumber(), MediaKind.VIDEO, parameters(), false, Map.of()), room.now);
    room.onStep(this::step);
  }

  private static RtpParameters parameters() {
    List<RtcpFeedback> feedback = List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR,
        RtcpFeedback.GOOG_REMB, RtcpFeedback.TRANSPORT_CC);
    return new RtpParameters("0",
        List.of(new RtpCodecParameters("video/VP9", 98, 90_000, null, Map.of("profile-id", 0), feedback)),
        List.of(new RtpHeaderExtensionParameters(KnownHeaderExtension.MID.uri(), 4, false, Map.of())),
        List.of(new RtpEncodingParameters((long) SSRC, null, null, null, null, "L3T3_KEY", null, null)),
        new RtcpParameters("publisher", true, null), null);
  }

  /** Higher layers come back with a key frame. */
  void raise(int layer) {
    highestLayer = layer;
    keyFrameWanted = true;
    keyFrameDueNs = room.now;
  }

  private void step() {
    if (room.now >= nextPictureNs) {
      nextPictureNs += INTERVAL_NS;
      encode();
    }
  }

  private void encode() {
    boolean key = keyFrameWanted && room.now >= keyFrameDueNs;
    if (key) {
      keyFrameWanted = false;
      keyFrames++;
      sinceKey = 0;
    }
    int place = sinceKey++ % TEMPORAL_LAYERS.length;
    tl0 += TEMPORAL_LAYERS[place] == 0 ? 1 : 0;
    picture++;
    for (int layer = 0; layer <= highestLayer; layer++) {
      byte[] packet = new byte[12 + DESCRIPTOR_BYTES + CONTENT_BYTES + FRAME_BYTES[layer] * (key ? 2 : 1) / 2];
      packet[0] = (byte) 0x80;
      packet[1] = (byte) (layer == highestLayer ? 0x80 | 98 : 98);
      Bytes.put16(packet, 2, sequenceNumber++ & 0xffff);
      Bytes.put32(packet, 4, (int) (room.now / SimulatedRoom.MS * 90));
      Bytes.put32(packet, 8, SSRC);
      packet[12] = (byte) (0x80 | (key ? 0 : 0x40) | 0x20 | 0x08 | 0x04);
      Bytes.put16(packet, 13, 0x8000 | picture & 0x7fff);
      packet[15] = (byte) (TEMPORAL_LAYERS[place] << 5 | layer << 1 | (key && layer > 0 ? 1 : 0));
      packet[16] = (byte) tl0;
      int at = 12 + DESCRIPTOR_BYTES;
      Bytes.put64(packet, at, id(picture, layer));
      Bytes.put64(packet, at + 8, room.now);
      Bytes.put64(packet, at + 16, key ? 0 : TEMPORAL_LAYERS[place] == 2 ? lower[layer] : lowest[layer]);
      Bytes.put64(packet, at + 24, key && layer > 0 ? id(picture, layer - 1) : 0);
      lowest[layer] = TEMPORAL_LAYERS[place] == 0 ? id(picture, layer) : lowest[layer];
      lower[layer] = TEMPORAL_LAYERS[place] < 2 ? id(picture, layer) : lower[layer];
      session.onRtp(packet, 0, packet.length, room.now);
    }
  }

  private static long id(int picture, int layer) {
    return picture * (long) LAYERS + layer + 1;
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
        keyFrameWanted = true;
        keyFrameDueNs = nowNs + KEY_FRAME_DELAY_NS;
      }
    });
  }
}
