package io.plenum.server.dtls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRecords;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSeeds;
import io.plenum.protocol.dtls.DtlsSession;
import io.plenum.protocol.srtp.SrtpKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that have passed ICE, send one ClientHello and fall silent, and hold all the slots they can. */
@Timeout(60)
class SilentPeersTest {
  private static final int SLOTS = 4;
  private static final int SILENT_PEERS = 24;

  /** A silent peer's handshake would take two minutes, if it were let, and its thread wake up every twenty seconds. */
  private static DtlsOptions fewSlots() {
    return DtlsOptions.defaults().withHandshakes(SLOTS, 64).withTimings(120_000, 20_000).withPatience(60, 240);
  }

  private static final class SilentPeer implements DtlsSession.Sink {
    final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    final List<byte[]> sentToIt = new ArrayList<>();
    final DtlsSession session;

    SilentPeer(DtlsPair pair) {
      session = pair.server.sessions.create(pair.loop, this, "silent");
    }

    /** On the loop. */
    void begin() {
      session.start(DtlsRole.SERVER, DtlsFingerprint.of("sha-256", new byte[0]));
      for (byte[] datagram : DtlsSeeds.chromiumClientHello()) {
        session.onDatagram(datagram, 0, datagram.length);
      }
    }

    @Override
    public void sendDtls(byte[] bytes, int offset, int length) {
      sentToIt.add(Arrays.copyOfRange(bytes, offset, offset + length));
    }

    @Override
    public void onDtlsConnected(SrtpKeys local, SrtpKeys remote) {}

    @Override
    public void onDtlsData(byte[] bytes, int offset, int length) {}

    @Override
    public void onDtlsFailed(String reason) {
      failures.add(reason);
    }

    @Override
    public void onDtlsClosed() {}
  }

  private static List<SilentPeer> begin(DtlsPair pair, int count) throws Exception {
    return pair.onLoop(() -> {
      List<SilentPeer> peers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        SilentPeer peer = new SilentPeer(pair);
        peer.begin();
        peers.add(peer);
      }
      return peers;
    });
  }

  @Test
  void anHonestPeerConnectsBehindSilentOnesThatHoldEverySlotAndWaitForTheNext() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), fewSlots())) {
      List<SilentPeer> silent = begin(pair, SILENT_PEERS);
      pair.start();
      pair.awaitConnected();

      DtlsCounters counters = pair.server.sessions.counters();
      // The honest one came last; all but those in the other slots have gone before it.
      assertTrue(counters.failed(DtlsFailure.MADE_ROOM) > SILENT_PEERS - SLOTS, counters.failed() + " made room");
      assertEquals(counters.failed(), counters.failed(DtlsFailure.MADE_ROOM));
      SilentPeer first = silent.get(0);
      String reason = first.failures.poll(DtlsPair.PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertTrue(reason.endsWith("while others waited for their turn"), reason);
      byte[] last = pair.onLoop(() -> first.sentToIt.get(first.sentToIt.size() - 1));
      assertEquals(DtlsRecords.ALERT, last[0], "its browser need not wait for signalling to know");
      pair.onLoop(() -> {
        silent.forEach(peer -> peer.session.close());
        return null;
      });
    }
  }

  @Test
  void silentPeersKeepTheirSlotsWhileThereIsRoom() throws Exception {
    try (DtlsPair pair = new DtlsPair(DtlsPair.options(), fewSlots())) {
      List<SilentPeer> silent = begin(pair, SLOTS - 1);
      pair.start();
      pair.awaitConnected();
      assertEquals(0, pair.server.sessions.counters().failed());
      pair.onLoop(() -> {
        silent.forEach(peer -> peer.session.close());
        return null;
      });
    }
  }
}
