package io.plenum.media.transport;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.media.router.DataLimits;
import io.plenum.media.transport.MediaPolicer.Rates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaPolicerTest {
  private static final long SECOND = 1_000_000_000L;

  private final MediaPolicer policer = new MediaPolicer(Rates.ofMbit(40, 8_000));

  private int admitted;
  private long admittedBytes;

  private void send(int packetsPerSecond, int length, int seconds) {
    for (long i = 0; i < (long) packetsPerSecond * seconds; i++) {
      if (policer.admits(length, i * SECOND / packetsPerSecond)) {
        admitted++;
        admittedBytes += length;
      }
    }
  }

  @ParameterizedTest(name = "{0} packets a second of {1} bytes")
  @CsvSource({"10417, 1200", "50000, 40", "50000, 250", "8001, 625"})
  void ofAFloodThereIsASecondAtOnceAndThenNoMoreThanTheRate(int packetsPerSecond, int length) {
    send(packetsPerSecond, length, 10);
    assertTrue(admittedBytes <= 11 * 5_000_000L, admittedBytes + " bytes");
    assertTrue(admitted <= 11 * 8_000, admitted + " packets");
    assertTrue(admittedBytes >= 10 * 5_000_000L * 0.99 || admitted >= 10 * 8_000 * 0.99, "and no less: " + admitted);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource({
      "2800, 1200, three simulcast 4K screens and sound: 27 Mbit/s",
      "4100, 1200, nearly all that is allowed",
      "7900, 200, many small packets",
  })
  void whoKeepsToTheRateLosesNothing(int packetsPerSecond, int length, String who) {
    send(packetsPerSecond, length, 20);
    assertEquals(20 * packetsPerSecond, admitted, who);
  }

  @Test
  void recordsHaveARateThatTheDataLimitsFill() {
    MediaPolicer few = new MediaPolicer(Rates.ofMbit(40, 8_000), new DataLimits(100, 1_000_000));
    int read = 0;
    for (long i = 0; i < 100_000; i++) {
      long nowNs = i * SECOND / 10_000;
      if (few.admitsRecord(nowNs)) {
        few.onRecord(nowNs);
        read++;
      }
    }
    assertEquals(11 * 6_000, read, 60);
  }

  @Test
  void keyFramesOfAllAndAProbeMayComeAtOnce() {
    send(2_800, 1_200, 5);
    int probe = 0;
    // 15 ms of 60 Mbit/s, and a key frame of half a megabyte of each of three.
    for (int i = 0; i < 100 + 1_250; i++) {
      probe += policer.admits(1_200, 5 * SECOND) ? 1 : 0;
    }
    assertEquals(1_350, probe);
  }

  @Test
  void whatIsRefusedCostsNoCredit() {
    while (policer.admits(1_200, 0)) {
      assertTrue(++admitted <= 8_000);
    }
    for (int i = 0; i < 100_000; i++) {
      assertFalse(policer.admits(1_200, 0));
    }
    assertTrue(policer.admits(1_200, SECOND / 1_000));
  }

  @Test
  void anEpisodeIsToldOnceUntilThePeerHasKeptToItsRateForTenSeconds() {
    assertTrue(policer.onRefused(0));
    long nowNs = 0;
    for (int i = 0; i < 100; i++) {
      nowNs += 9 * SECOND;
      assertFalse(policer.onRefused(nowNs));
    }
    assertTrue(policer.onRefused(nowNs + 10 * SECOND));
  }

  @Test
  void aProducerOfSoundHasWhatOpusCanUseAndNotMore() {
    MediaPolicer.Bucket audio = policer.forAudio();
    int dropped = 0;
    for (int i = 0; i < 4_000; i++) {
      // 510 kbit/s in packets of 2.5 ms, each with its predecessor (RFC 2198).
      dropped += audio.take(2 * 160 + 40, i * SECOND / 400) ? 0 : 1;
    }
    assertEquals(0, dropped);
    long bytes = 0;
    for (int i = 0; i < 40_000; i++) {
      bytes += audio.take(1_200, 10 * SECOND + i * SECOND / 4_000) ? 1_200 : 0;
    }
    assertTrue(bytes <= 11 * 1_500_000L / 8, "of 40 Mbit/s in ten seconds " + bytes + " bytes");
    int packets = 0;
    for (int i = 0; i < 50_000; i++) {
      packets += audio.take(13, 30 * SECOND + i * SECOND / 5_000) ? 1 : 0;
    }
    assertTrue(packets <= 11_000, packets + " packets");
  }

  @Test
  void whoIsTrustedIsNotPoliced() {
    MediaPolicer trusting = MediaPolicer.trusting();
    for (int i = 0; i < 1_000_000; i++) {
      assertTrue(trusting.admits(1_200, 0) && trusting.admitsRtcp(0) && trusting.admitsRtcpWork(10_000, 0));
    }
    assertEquals(null, trusting.forAudio());
  }
}
