package io.plenum.media.transport;

import io.plenum.media.parameters.KnownHeaderExtension;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.parameters.RtcpParameters;
import io.plenum.media.parameters.RtpCodecParameters;
import io.plenum.media.parameters.RtpEncodingParameters;
import io.plenum.media.parameters.RtpHeaderExtensionParameters;
import io.plenum.media.parameters.RtpParameters;
import io.plenum.media.router.ConsumerOptions;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerOptions;
import io.plenum.protocol.wire.Bytes;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A video packet from the publisher's session through the router into the sessions of so many subscribers: all that
 * happens between SRTP's unprotect and its protect. The figure is for one incoming packet.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouteBenchmark {
  private static final int SSRC = 5_000_000;
  private static final long INTERVAL_NS = 8_333_333;
  private static final int PACKET_BYTES = 12 + 1_042;

  @Param({"1", "10", "100"})
  public int consumers;

  private final byte[] packet = new byte[1_500];
  private RtpSession publisher;
  private SimulatedRoom room;
  private int sequenceNumber;
  private long sent;

  private final class Link implements RtpLink {
    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public boolean sendsTogether() {
      return true;
    }

    @Override
    public void sendRtp(byte[] bytes, int offset, int headerLength, int length, long nowNs) {
      sent++;
    }

    @Override
    public void sendRtcp(byte[] bytes, int offset, int length, long nowNs) {
      // Reports are not what is measured.
    }
  }

  @Setup
  public void setUp() {
    room = new SimulatedRoom(1);
    publisher = room.session(new Link());
    publisher.onConnected(room.now);
    List<RtcpFeedback> feedback = List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.TRANSPORT_CC);
    RtpParameters parameters = new RtpParameters("0",
        List.of(new RtpCodecParameters("video/VP8", 96, 90_000, null, Map.of(), feedback)),
        List.of(new RtpHeaderExtensionParameters(KnownHeaderExtension.MID.uri(), 4, false, Map.of())),
        List.of(new RtpEncodingParameters((long) SSRC, null, null, null, null, null, null, null)),
        new RtcpParameters("publisher", true, null), null);
    Producer producer = publisher.produce(
        new ProducerOptions("producer", MediaKind.VIDEO, parameters, false, Map.of()), room.now);
    for (int i = 0; i < consumers; i++) {
      RtpSession subscriber = room.session(new Link());
      subscriber.onConnected(room.now);
      subscriber.consume(ConsumerOptions.paused(
          "consumer" + i, producer.id(), room.router.rtpCapabilities(), Map.of()), room.now).resume(room.now);
    }
    write(true);
    publisher.onRtp(packet, 0, PACKET_BYTES, room.now);
    if (sent != consumers) {
      throw new IllegalStateException(sent + " of " + consumers + " were sent the key frame");
    }
  }

  private void write(boolean keyFrame) {
    room.now += INTERVAL_NS;
    packet[0] = (byte) 0x80;
    packet[1] = (byte) (0x80 | 96);
    Bytes.put16(packet, 2, sequenceNumber & 0xffff);
    Bytes.put32(packet, 4, sequenceNumber * 750);
    Bytes.put32(packet, 8, SSRC);
    packet[12] = (byte) 0x90;
    packet[13] = (byte) 0xe0;
    Bytes.put16(packet, 14, 0x8000 | sequenceNumber & 0x7fff);
    packet[16] = (byte) sequenceNumber;
    packet[17] = 0x20;
    packet[18] = (byte) (keyFrame ? 0 : 1);
    sequenceNumber++;
  }

  @Benchmark
  public long route() {
    write(false);
    publisher.onRtp(packet, 0, PACKET_BYTES, room.now);
    return sent;
  }
}
