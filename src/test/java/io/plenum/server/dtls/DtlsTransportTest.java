package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Its life during the handshake; what follows is in {@link DtlsRecordsOnLoopTest}. */
class DtlsTransportTest {
  private static final byte[] RECORD = {1, 2, 3};
  /** Not a moment at which anything here can happen. */
  private static final long LONG_AGO_NS = System.nanoTime() - 1_000_000_000L;

  private final List<byte[]> sent = new ArrayList<>();
  private final DtlsTransport transport =
      new DtlsTransport((bytes, offset, length) -> sent.add(Arrays.copyOfRange(bytes, offset, offset + length)));
  private final byte[] into = new byte[100];

  private int receive() throws IOException {
    return transport.receive(into, 0, into.length, 0);
  }

  @Test
  void thePeerIsSilentFromTheTimeThatWeWaitForItAndRepetitionsOfOursChangeNothing() throws IOException {
    assertEquals(LONG_AGO_NS, transport.silentSinceNs(LONG_AGO_NS), "we have not asked yet");
    assertEquals(-1, receive());
    long silentSinceNs = transport.silentSinceNs(LONG_AGO_NS);
    assertNotEquals(LONG_AGO_NS, silentSinceNs);
    assertEquals(-1, receive());
    assertEquals(silentSinceNs, transport.silentSinceNs(LONG_AGO_NS));

    transport.offer(RECORD);
    assertEquals(RECORD.length, receive());
    assertEquals(LONG_AGO_NS, transport.silentSinceNs(LONG_AGO_NS), "now it is our turn");
  }

  @Test
  void whoIsAskedToMakeRoomLeavesAtItsNextLookAndMayStillSayGoodbye() throws IOException {
    transport.offer(RECORD);
    transport.makeRoom("because");
    assertEquals("because", assertThrows(DtlsTransport.MadeRoom.class, this::receive).getMessage());
    assertThrows(DtlsTransport.MadeRoom.class, this::receive);
    transport.send(RECORD, 0, RECORD.length);
    assertArrayEquals(RECORD, sent.get(0));
  }

  @Test
  void aHandshakeThatWasDoneBeforeItCouldMakeRoomLosesNothing() throws IOException {
    transport.offer(RECORD);
    transport.makeRoom("too late");
    transport.offer(RECORD);
    transport.moveToLoop((bytes, offset, length) -> { });
    assertArrayEquals(RECORD, transport.poll());
    assertArrayEquals(RECORD, transport.poll());
    assertNull(transport.poll());
    transport.hand(RECORD, 0, RECORD.length);
    assertEquals(RECORD.length, receive());
  }
}
