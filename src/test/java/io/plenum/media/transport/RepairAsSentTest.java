package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtpCapabilities;
import io.plenum.media.router.Consumer;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.ProducerOptions;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.media.stream.SentForm;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.TransportSequenceNumber;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import io.plenum.protocol.wire.Bytes;
import io.plenum.simulation.PublisherParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A packet that is sent again under its own number is encrypted to the same bytes as before. */
class RepairAsSentTest {
  private static final long MS = 1_000_000;
  private static final int SSRC = 77_000;

  private final SimulatedRoom room = new SimulatedRoom(1);
  private final RtpSession publisher = room.session(new Link(null));
  private int published;

  /** Protects as a transport does, and keeps what it sends. */
  private static final class Link implements RtpLink {
    final SrtpSender srtp;
    final List<byte[]> plain = new ArrayList<>();
    final List<byte[]> sent = new ArrayList<>();

    Link(SrtpKeys keys) {
      srtp = keys == null ? null : new SrtpSender(keys);
    }

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public boolean sendsTogether() {
      return true;
    }

    @Override
    public void sendRtp(byte[] packet, int offset, int headerLength, int length, long nowNs) {
      plain.add(Arrays.copyOfRange(packet, offset, offset + length));
      int protectedLength = srtp.protectRtp(packet, offset, headerLength, length);
      assertTrue(protectedLength > length);
      sent.add(Arrays.copyOfRange(packet, offset, offset + protectedLength));
    }

    @Override
    public void sendRtcp(byte[] packet, int offset, int length, long nowNs) {
      // Reports are not what this is about.
    }
  }

  private static SrtpKeys keys(SrtpProfile profile) {
    byte[] key = new byte[profile.keyBytes()];
    byte[] salt = new byte[profile.saltBytes()];
    new Random(5).nextBytes(key);
    new Random(6).nextBytes(salt);
    return new SrtpKeys(profile, key, salt);
  }

  private void publishSoundAndVideo() {
    publisher.onConnected(room.now);
    publisher.produce(new ProducerOptions("sound", MediaKind.AUDIO, PublisherParameters.opus("0", SSRC, false), false,
        Map.of()), room.now);
    publisher.produce(new ProducerOptions("camera", MediaKind.VIDEO, PublisherParameters.vp8WithoutRtx("1", SSRC + 1),
        false, Map.of()), room.now);
  }

  private Consumer consume(RtpSession session, String producerId) {
    RtpCapabilities all = room.router.rtpCapabilities();
    RtpCapabilities withoutRtx = new RtpCapabilities(
        all.codecs().stream().filter(codec -> !codec.isRtx()).toList(), all.headerExtensions());
    Consumer consumer = session.consume(
        ConsumerOptions.paused("c-" + producerId, producerId, withoutRtx, Map.of()), room.now);
    consumer.resume(room.now);
    return consumer;
  }

  /** A step of the number as large as is still taken for loss brings the roll-over near. */
  private void publish(int ssrc, int payloadType, int sequenceNumber, boolean key) {
    byte[] packet = new byte[12 + 60 + published % 7];
    packet[0] = (byte) 0x80;
    packet[1] = (byte) (0x80 | payloadType);
    Bytes.put16(packet, 2, sequenceNumber & 0xffff);
    Bytes.put32(packet, 4, 960 * published);
    Bytes.put32(packet, 8, ssrc);
    byte[] body = new byte[40];
    new Random(published++).nextBytes(body);
    System.arraycopy(body, 0, packet, packet.length - body.length, body.length);
    packet[12] = (byte) 0x90;
    packet[13] = (byte) 0xe0;
    Bytes.put16(packet, 14, 0x8000 | published & 0x7fff);
    packet[16] = (byte) published;
    packet[17] = 0x20;
    packet[18] = (byte) (key ? 0 : 1);
    publisher.onRtp(packet, 0, packet.length, room.now);
  }

  private void nack(RtpSession session, int ssrc, int sequenceNumber) {
    RtcpWriter writer = new RtcpWriter();
    byte[] rtcp = new byte[64];
    writer.begin(rtcp, 0, rtcp.length);
    writer.nack(1, ssrc, new int[] {sequenceNumber}, 0, 1);
    session.onRtcp(rtcp, 0, writer.length(), room.now);
  }

  @ParameterizedTest
  @EnumSource(SrtpProfile.class)
  void theCiphertextOfARepairIsTheOneOfTheFirstTimeAlsoAcrossARollOver(SrtpProfile profile) {
    Link link = new Link(keys(profile));
    RtpSession session = room.session(link);
    session.onConnected(room.now);
    publishSoundAndVideo();
    int sound = consume(session, "sound").ssrc();
    int camera = consume(session, "camera").ssrc();
    int repairs = 0;
    int rolledOver = 0;
    for (int i = 0; i < 40; i++) {
      room.now += 20 * MS;
      publish(SSRC, PublisherParameters.OPUS, 2_900 * i, false);
      publish(SSRC + 1, PublisherParameters.VP8, 2_900 * i, i == 0);
      int first = link.sent.size() - 2;
      if (i < 2) {
        continue;
      }
      room.now += 55 * MS;
      for (int each : new int[] {first - 2, first - 1, first}) {
        byte[] before = link.sent.get(each);
        int size = link.sent.size();
        nack(session, Bytes.i32(before, 8), Bytes.u16(before, 2));
        if (link.sent.size() > size) {
          assertEquals(size + 1, link.sent.size());
          assertArrayEquals(before, link.sent.get(size), profile + " " + i);
          repairs++;
          rolledOver += Bytes.u16(before, 2) > Bytes.u16(link.sent.get(first + (each == first - 1 ? 1 : 0)), 2) ? 1 : 0;
          link.sent.remove(size);
          link.plain.remove(size);
        }
      }
      room.now += 120 * MS;
    }
    assertTrue(repairs >= 100, "repairs: " + repairs);
    assertTrue(rolledOver >= 2, "from before a roll-over, after it: " + rolledOver);
    assertEquals(0, session.counters().drops(RtpDrop.REPAIR_DIFFERS));
    assertTrue(link.plain.stream().anyMatch(packet -> (packet[0] & 0x20) != 0), "some were padded");
    SrtpReceiver receiver = new SrtpReceiver(keys(profile), 64, 64);
    for (byte[] packet : link.sent) {
      assertTrue(receiver.unprotectRtp(packet, 0, packet.length, new byte[2_000], 0) > 0);
      assertTrue(List.of(sound, camera).contains(Bytes.i32(packet, 8)));
    }
  }

  @Test
  void aRepairThatWouldNotBeTheSameIsNotSent() {
    Link link = new Link(keys(SrtpProfile.AEAD_AES_128_GCM));
    RtpSession session = room.session(link);
    session.onConnected(room.now);
    publishSoundAndVideo();
    Consumer consumer = consume(session, "sound");
    RoutedPacket source = new RoutedPacket();
    source.midOffset = -1;
    source.absSendTimeOffset = -1;
    source.transportCcOffset = -1;
    source.payloadOffset = 12;
    byte[] packet = new byte[200];
    packet[0] = (byte) 0x80;
    Bytes.put32(packet, 8, consumer.ssrc());
    long form = SentForm.of(-1, packet, 0, 80, new CRC32C());
    for (int changed = 0; changed < 80; changed++) {
      byte[] other = packet.clone();
      other[changed] ^= 1;
      assertFalse(session.sendAgain(consumer, source, other, 80, form, room.now, room.now), "byte " + changed);
      assertFalse(session.sendPipedAgain(source, other, 80, form, room.now), "byte " + changed);
    }
    assertFalse(session.sendAgain(consumer, source, packet.clone(), 79, form, room.now, room.now), "another length");
    assertFalse(session.sendAgain(consumer, source, packet.clone(), 80, SentForm.NONE, room.now, room.now));
    assertEquals(List.of(), link.sent);
    assertEquals(162, session.counters().drops(RtpDrop.REPAIR_DIFFERS));
    assertTrue(session.sendAgain(consumer, source, packet.clone(), 80, form, room.now, room.now));
    assertEquals(1, link.sent.size());
  }

  @Test
  void theNumberThatTheEstimateCountsByIsTheOneOfTheFirstTime() {
    Link link = new Link(keys(SrtpProfile.AEAD_AES_128_GCM));
    RtpSession session = room.session(link);
    session.onConnected(room.now);
    publishSoundAndVideo();
    consume(session, "camera");
    for (int i = 0; i < 10; i++) {
      room.now += 20 * MS;
      publish(SSRC + 1, PublisherParameters.VP8, i, i == 0);
    }
    byte[] lost = link.plain.get(3);
    nack(session, Bytes.i32(lost, 8), Bytes.u16(lost, 2));
    publish(SSRC + 1, PublisherParameters.VP8, 10, false);
    assertArrayEquals(lost, link.plain.get(10));
    List<Integer> numbers = new ArrayList<>();
    for (byte[] packet : link.plain) {
      numbers.add(transportSequenceNumber(packet));
    }
    int first = numbers.get(0);
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 3, 10),
        numbers.stream().map(number -> number - first & 0xffff).toList());
  }

  private static int transportSequenceNumber(byte[] bytes) {
    RtpPacket packet = new RtpPacket();
    assertNull(packet.parse(bytes, 0, bytes.length));
    return TransportSequenceNumber.read(packet, KnownHeaderExtension.TRANSPORT_WIDE_CC.id());
  }
}
