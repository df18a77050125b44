package io.plenum.protocol.ice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunVectors;
import io.plenum.protocol.wire.Bytes;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

/** What arrives from people who do not know the password, and from one who does and means harm. */
class IceLiteAgentFuzzTest {
  private static final IceCredentials CREDENTIALS = IceCredentials.generate(new SplittableRandom(1));
  private static final TransportTuple TUPLE = new TransportTuple(
      TransportTuple.Protocol.UDP, new InetSocketAddress("2001:db8::1", 4), new InetSocketAddress("2001:db8::2", 5));

  private final RecordingIceSink sink = new RecordingIceSink();
  private final IceLiteAgent agent = new IceLiteAgent(CREDENTIALS, IceOptions.DEFAULT, sink);
  private final StunMessage message = new StunMessage();

  @Test
  void noMutationOfAValidCheckIsTakenForOneOrAnsweredWithMore() {
    StunMessage valid = CheckBuilder.to(CREDENTIALS).useCandidate().build();
    byte[] original = Arrays.copyOf(valid.bytes(), valid.length());
    SplittableRandom random = new SplittableRandom(8445);
    long nowNs = 0;
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = original.clone();
      for (int flips = random.nextInt(3); flips >= 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      int length = bytes.length;
      switch (random.nextInt(4)) {
        case 0 -> bytes[3] = (byte) ((length -= 8) - 20);
        // An attacker can make the checksum right.
        case 1, 2 -> makeFingerprint(bytes);
        default -> { }
      }
      if (Arrays.equals(original, bytes) || message.parse(bytes, 0, length) != null) {
        continue;
      }
      sink.longestAnswer = 0;
      agent.onBindingRequest(message, TUPLE, nowNs += 200_000_000);
      assertTrue(sink.longestAnswer <= length, "mutation " + i);
    }
    assertEquals(0, agent.bindingSuccesses());
    assertEquals(IceState.NEW, agent.state());
    assertFalse(agent.isValid(TUPLE));
    assertTrue(agent.drops(IceDrop.WRONG_INTEGRITY) > 1000, "too few came as far as the integrity");
  }

  private static void makeFingerprint(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, 0, bytes.length - 8);
    Bytes.put32(bytes, bytes.length - 4, (int) crc.getValue() ^ 0x5354554e);
  }

  @Test
  void noAuthenticatedNonsenseThrowsOrIsAnsweredWithMore() {
    SplittableRandom random = new SplittableRandom(7675);
    for (int i = 0; i < 20_000; i++) {
      byte[] value = new byte[random.nextInt(24)];
      random.nextBytes(value);
      int type = random.nextInt(3) == 0 ? random.nextInt(0x10000) : random.nextInt(0x40);
      CheckBuilder check = CheckBuilder.to(CREDENTIALS).with(w -> w.putAttribute(type, value));
      StunMessage built;
      try {
        built = check.build();
      } catch (IllegalStateException malformed) {
        continue;
      }
      sink.longestAnswer = 0;
      agent.onBindingRequest(built, TUPLE, i * 200_000_000L);
      agent.onTimeout(i * 200_000_000L);
      assertTrue(sink.longestAnswer <= built.length(), "attribute " + type);
    }
    assertTrue(agent.bindingSuccesses() > 0);
  }

  @Test
  void theFuzzingCorpusConnectsNobody() {
    for (byte[] seed : StunVectors.corpus()) {
      if (message.parse(seed, 0, seed.length) == null) {
        agent.onBindingRequest(message, TUPLE, 0);
      }
    }
    assertEquals(IceState.NEW, agent.state());
  }

  @Test
  void findingNobodyForAnUnknownSenderAllocatesNothing() {
    UsernameFragmentTable<IceLiteAgent> agents = new UsernameFragmentTable<>();
    agents.put(CREDENTIALS.usernameFragment(), agent);
    StunMessage foreign = CheckBuilder.to(IceCredentials.generate(new SplittableRandom(2))).build();
    byte[] bytes = Arrays.copyOf(foreign.bytes(), foreign.length());
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    int found = 0;
    long before = 0;
    for (int i = 0; i < 30_000; i++) {
      if (i == 10_000) {
        before = threads.getCurrentThreadAllocatedBytes();
      }
      if (message.parse(bytes, 0, bytes.length) == null && (agents.find(message) != null || agent.isValid(TUPLE))) {
        found++;
      }
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertEquals(0, found);
    // 20,000 messages; the figure itself takes a few bytes to get.
    assertTrue(allocated < 20_000, allocated + " bytes");
  }
}
