package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.ConsumerOptions;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.RtpPadding;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class EqualSizesTest {
  private final SimulatedRoom room = new SimulatedRoom(1);
  private final SimulatedPublisher publisher = room.publisher(1_000_000);

  /** Sees each packet before SRTP would. */
  private final class Link implements RtpLink {
    final boolean together;
    final RtpPacket packet = new RtpPacket();
    final TreeSet<Integer> sizes = new TreeSet<>();
    final TreeSet<Integer> payloads = new TreeSet<>();
    int packets;
    int padded;

    Link(boolean together) {
      this.together = together;
    }

    @Override
    public boolean isConnected() {
      return true;
    }

    @Override
    public boolean sendsTogether() {
      return together;
    }

    @Override
    public void sendRtp(byte[] bytes, int offset, int headerLength, int length, long nowNs) {
      assertNull(packet.parse(bytes, offset, length));
      packets++;
      padded += packet.paddingLength() > 0 ? 1 : 0;
      sizes.add(length);
      payloads.add(packet.payloadLength());
    }

    @Override
    public void sendRtcp(byte[] bytes, int offset, int length, long nowNs) {
      // Reports are not what this is about.
    }
  }

  private Link consume(String id, boolean together) {
    Link link = new Link(together);
    RtpSession session = room.session(link);
    session.onConnected(room.now);
    session.consume(ConsumerOptions.paused(id, publisher.producer.id(), room.router.rtpCapabilities(), Map.of()), room.now)
        .resume(room.now);
    return link;
  }

  @Test
  void videoIsPaddedOnlyWhereEqualSizesCostLessAndThePayloadIsTheSame() {
    Link together = consume("together", true);
    Link alone = consume("alone", false);
    room.run(2);
    assertTrue(together.packets > 100 && together.packets == alone.packets, together.packets + " " + alone.packets);
    assertEquals(0, alone.padded);
    assertTrue(together.padded > 0);
    together.sizes.forEach(size -> assertEquals(0, size % RtpPadding.MULTIPLE_BYTES, "size " + size));
    assertEquals(alone.payloads, together.payloads);
  }
}
