package io.plenum.protocol.srtp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SrtpWarmUpTest {
  @Test
  void everyPacketComesBackAndEveryForgedOneIsRefused() {
    assertTrue(new SrtpWarmUp().run(200));
  }

  @Test
  void goesOnAcrossARollOverFromWhereItStopped() {
    SrtpWarmUp warmUp = new SrtpWarmUp();
    for (int i = 0; i < 7; i++) {
      assertTrue(warmUp.run(10_000));
    }
  }
}
