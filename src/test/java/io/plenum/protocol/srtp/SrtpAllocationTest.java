package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.plenum.protocol.wire.Bytes;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What a packet leaves behind for the collector. Bytes, not time: they do not depend on who else runs here. */
class SrtpAllocationTest {
  private static final int LENGTH = 1112;
  private static final int PACKETS = 2000;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void counterModeAllocatesNothingPerPacket() {
    assertTrue(leastBytesPerPacket(SrtpProfile.AES128_CM_HMAC_SHA1_80, false) < 1);
  }

  @Test
  void aForgedPacketOfAnUnknownSsrcAllocatesNothingInCounterMode() {
    assertTrue(leastBytesPerPacket(SrtpProfile.AES128_CM_HMAC_SHA1_80, true) < 1);
  }

  @Test
  void gcmAllocatesOnlyWhatTheJdksInitNeeds() {
    double bytes = leastBytesPerPacket(SrtpProfile.AEAD_AES_128_GCM, false);
    assertTrue(bytes < 4096, "protect and unprotect together left " + bytes + " bytes");
  }

  /** Of several rounds the least: what the JIT or a class loaded late allocates is not the packet's. */
  private double leastBytesPerPacket(SrtpProfile profile, boolean forged) {
    assumeTrue(threads.isThreadAllocatedMemorySupported() && threads.isThreadAllocatedMemoryEnabled());
    SrtpKeys keys = Packets.keys(profile, 1);
    SrtpSender sender = new SrtpSender(keys);
    SrtpReceiver receiver = new SrtpReceiver(keys);
    byte[] plain = Packets.rtp(7, 0, LENGTH - 12);
    byte[] wire = new byte[LENGTH + SrtpSender.MAX_RTP_OVERHEAD_BYTES];
    byte[] out = new byte[LENGTH];
    double least = Double.MAX_VALUE;
    int sequenceNumber = 1;
    if (forged) {
      // Of a stream that is known, or the guard would mostly not look.
      Bytes.put16(plain, 2, sequenceNumber);
      System.arraycopy(plain, 0, wire, 0, LENGTH);
      assertEquals(LENGTH, receiver.unprotectRtp(wire, 0, sender.protectRtp(wire, 0, 12, LENGTH), out, 0));
    }
    for (int round = 0; round < 8; round++) {
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      boolean right = true;
      for (int i = 0; i < PACKETS; i++) {
        Bytes.put16(plain, 2, forged ? 2 : ++sequenceNumber & 0xffff);
        System.arraycopy(plain, 0, wire, 0, LENGTH);
        int length = sender.protectRtp(wire, 0, 12, LENGTH);
        if (forged) {
          Bytes.put32(wire, LENGTH - 4, i);
          right &= receiver.unprotectRtp(wire, 0, length, out, 0) == SrtpDrop.AUTHENTICATION_FAILED.code();
        } else {
          right &= receiver.unprotectRtp(wire, 0, length, out, 0) == LENGTH;
        }
      }
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      assertTrue(right);
      least = Math.min(least, (after - before) / (double) PACKETS);
    }
    return least;
  }
}
