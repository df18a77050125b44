package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.parameters.MediaCodecs;
import io.plenum.media.parameters.RouterCapabilities;
import io.plenum.media.router.Router;
import io.plenum.media.router.RouterEnvironment;
import io.plenum.media.transport.PipeTransport;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.wire.Bytes;
import io.plenum.server.config.ConfigLoader;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which datagrams reach a pipe, and which of them it believes. Without a socket: they are given by hand. */
class PipeSocketVerticleTest {
  private static final InetSocketAddress THERE = new InetSocketAddress("192.0.2.2", 42_000);
  private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("192.0.2.3", 42_000);
  private static final InetSocketAddress OTHER_PORT = new InetSocketAddress("192.0.2.2", 42_001);
  private static final long NOW_NS = 1;

  private final PipeSocketVerticle socket =
      new PipeSocketVerticle(0, new ConfigLoader().load(Map.of()), "127.0.0.1", () -> { });
  private final Router router = router();
  private final PipeTransport pipe = new PipeTransport("near", router, new Agreed(), PipeOptions.DEFAULT);
  private byte[] sent;
  /** The first that is agreed on: the sender of the other end's reports. */
  private Integer remoteSsrc;

  private final class Agreed implements PipeTransport.Network {
    @Override
    public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {}

    @Override
    public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {
      remoteSsrc = remoteSsrc == null ? (Integer) ssrc : remoteSsrc;
      socket.onPipeSsrcAdded(transport, remote, ssrc);
    }

    @Override
    public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {
      socket.onPipeSsrcRemoved(transport, remote, ssrc);
    }
  }

  private static Router router() {
    return new Router("router", RouterCapabilities.generate(MediaCodecs.defaults()),
        new RouterEnvironment(new SplittableRandom(1), 0));
  }

  /** Connects both ends, and has the other one send an empty receiver report. */
  @BeforeEach
  void connect() {
    PipeTransport far = new PipeTransport("far", router(), new PipeTransport.Network() {
      @Override
      public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {
        sent = Arrays.copyOfRange(bytes, offset, offset + length);
      }

      @Override
      public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {}

      @Override
      public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {}
    }, PipeOptions.DEFAULT);
    far.connect("near", new InetSocketAddress("192.0.2.1", 42_000), pipe.srtpParameters(), NOW_NS);
    pipe.connect("far", THERE, far.srtpParameters(), NOW_NS);
    byte[] report = new byte[100];
    report[0] = (byte) 0x80;
    report[1] = (byte) 201;
    report[3] = 1;
    Bytes.put32(report, 4, remoteSsrc);
    far.sendRtcp(report, 0, 8, NOW_NS);
  }

  private boolean heard() {
    return pipe.heardWithin(Long.MAX_VALUE, System.nanoTime());
  }

  private long refusedBySrtp() {
    return LongStream.of(router.environment().drops().of(SrtpDrop.class)).sum();
  }

  @Test
  void whatTheOtherEndSendsArrives() {
    socket.onDatagram(THERE, sent, sent.length);
    assertTrue(heard());
    assertEquals(0, socket.counters().drops(NetDrop.UNKNOWN_PIPE) + refusedBySrtp());
  }

  /** Even what is authentic: keys alone do not make a sender. */
  @Test
  void fromAnotherAddressOrPortNothingIsEvenDecrypted() {
    socket.onDatagram(ELSEWHERE, sent, sent.length);
    socket.onDatagram(OTHER_PORT, sent, sent.length);
    assertEquals(2, socket.counters().drops(NetDrop.UNKNOWN_PIPE));
    assertEquals(0, refusedBySrtp());
    assertFalse(heard());
  }

  @Test
  void fromTheRightAddressAForgeryIsRefusedByItsTagAndCounted() {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 1_000; i++) {
      byte[] forged = new byte[60];
      random.nextBytes(forged);
      System.arraycopy(sent, 0, forged, 0, 8);
      socket.onDatagram(THERE, forged, forged.length);
    }
    assertEquals(1_000, refusedBySrtp());
    assertFalse(heard());
  }

  @Test
  void aStreamThatWasNotAgreedOnIsDroppedAndLeavesNothing() {
    int before = socket.routes();
    for (int i = 1; i <= 1_000; i++) {
      byte[] unknown = sent.clone();
      Bytes.put32(unknown, 4, remoteSsrc + i);
      socket.onDatagram(THERE, unknown, unknown.length);
    }
    assertEquals(1_000, socket.counters().drops(NetDrop.UNKNOWN_PIPE));
    assertEquals(before, socket.routes());
  }
}
