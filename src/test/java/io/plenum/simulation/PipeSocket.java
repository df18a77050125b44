package io.plenum.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.media.transport.PipeTransport;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.SsrcTable;
import io.plenum.protocol.wire.Bytes;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** One end's socket: what it sends crosses a link and is told apart at the other end as the real socket does it. */
final class PipeSocket implements PipeTransport.Network {
  final InetSocketAddress address;
  final VirtualLink link;
  final Map<InetSocketAddress, SsrcTable<PipeTransport>> routes = new HashMap<>();
  final Set<Integer> mediaSsrcsSent = new HashSet<>();
  final VirtualTime time;
  PipeSocket other;
  long unknown;
  /** Sees what leaves. */
  Consumer<byte[]> tap = packet -> { };

  PipeSocket(VirtualTime time, SplittableRandom random, String ip, Impairment impairment) {
    this.time = time;
    this.address = new InetSocketAddress(ip, 42_000);
    this.link = new VirtualLink(time, random, impairment);
  }

  @Override
  public void sendPipe(InetSocketAddress remote, byte[] bytes, int offset, int length) {
    assertEquals(other.address, remote);
    if (!RtpPacket.isRtcp(bytes[offset + 1])) {
      mediaSsrcsSent.add(Bytes.i32(bytes, offset + 8));
    }
    tap.accept(Arrays.copyOfRange(bytes, offset, offset + length));
    link.carry(bytes, offset, length, other::receive);
  }

  void receive(byte[] bytes) {
    SsrcTable<PipeTransport> pipes = routes.get(other.address);
    int ssrc = Bytes.i32(bytes, RtpPacket.isRtcp(bytes[1]) ? 4 : 8);
    PipeTransport pipe = pipes == null ? null : pipes.get(ssrc);
    if (pipe == null) {
      unknown++;
    } else {
      pipe.onDatagram(bytes, 0, bytes.length, time.nowNs());
    }
  }

  @Override
  public void onPipeSsrcAdded(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    routes.computeIfAbsent(remote, r -> new SsrcTable<>()).put(ssrc, transport);
  }

  @Override
  public void onPipeSsrcRemoved(PipeTransport transport, InetSocketAddress remote, int ssrc) {
    routes.get(remote).remove(ssrc);
  }

  int listened() {
    return routes.values().stream().mapToInt(SsrcTable::size).sum();
  }
}
