package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SentPacketsTest {
  private static final long MS = 1_000_000;
  private final SentPackets sent = new SentPackets(2000 * MS);

  private void add(int number, long nowNs) {
    sent.add(number, 1_000_000L + number, 0, number, false, 0, 0, nowNs);
  }

  @Test
  void keepsWhatIsNeededToBuildThePacketAgain() {
    sent.add(65_535, 0x1_2345_6789L, 15, 0xdeadbeef, true, 0x7abc, 0xfe, 0);
    int entry = sent.find(65_535, 1);
    assertEquals(0x1_2345_6789L, sent.source(entry));
    assertEquals(15, sent.streamIndex(entry));
    assertEquals(0xdeadbeef, sent.timestamp(entry));
    assertTrue(sent.marker(entry));
    assertEquals(0x7abc, sent.pictureId(entry));
    assertEquals(0xfe, sent.tl0PictureIndex(entry));
    assertFalse(sent.wasResent(entry));
  }

  @Test
  void whatWasNeverSentOrIsTooOldIsNotFound() {
    assertEquals(SentPackets.NOT_FOUND, sent.find(0, 0));
    add(5, 0);
    assertEquals(SentPackets.NOT_FOUND, sent.find(5 + SentPackets.INITIAL_PACKETS, 0));
    assertNotEquals(SentPackets.NOT_FOUND, sent.find(5, 2000 * MS));
    assertEquals(SentPackets.NOT_FOUND, sent.find(5, 2001 * MS));
  }

  @Test
  void growsWhileWhatItHoldsIsYoungAndKeepsIt() {
    for (int i = 0; i < 600; i++) {
      add(i, i * MS);
    }
    assertEquals(1024, sent.capacity());
    for (int i = 0; i < 600; i++) {
      int entry = sent.find(i, 600 * MS);
      assertNotEquals(SentPackets.NOT_FOUND, entry);
      assertEquals(1_000_000L + i, sent.source(entry));
      assertEquals(i, sent.timestamp(entry));
    }
  }

  @Test
  void doesNotGrowForASlowStreamNorBeyondItsLimit() {
    for (int i = 0; i < 1000; i++) {
      add(i, i * 20 * MS);
    }
    assertEquals(SentPackets.INITIAL_PACKETS, sent.capacity());
    for (int i = 0; i < 100_000; i++) {
      add(i & 0xffff, 20_000 * MS + i);
    }
    assertEquals(SentPackets.MAX_PACKETS, sent.capacity());
  }

  @Test
  void aPacketMayBeResentOncePerInterval() {
    add(1, 0);
    int entry = sent.find(1, 0);
    assertTrue(sent.mayResend(entry, 100 * MS, 0));
    sent.onResent(entry, 10 * MS);
    assertTrue(sent.wasResent(entry));
    assertFalse(sent.mayResend(entry, 100 * MS, 109 * MS));
    assertTrue(sent.mayResend(entry, 100 * MS, 110 * MS));
  }

  @Test
  void theFormOfAPacketGrowsAndGoesWithIt() {
    SentPackets withForms = new SentPackets(2000 * MS, true);
    for (int i = 0; i < 3 * SentPackets.INITIAL_PACKETS; i++) {
      withForms.add(i, i, 0, 0, false, 0, 0, i);
      assertEquals(SentForm.NONE, withForms.form(withForms.find(i, i)), "not sent yet");
      withForms.onSent(i, i + 1);
    }
    for (int i = 0; i < 3 * SentPackets.INITIAL_PACKETS; i++) {
      assertEquals(i + 1, withForms.form(withForms.find(i, i)));
      assertEquals(i, withForms.sentNs(withForms.find(i, i)));
    }
    add(1, 0);
    sent.onSent(1, 5);
    assertEquals(SentForm.NONE, sent.form(sent.find(1, 0)), "not kept where none is wanted");
  }

  @Test
  void aNumberThatComesRoundAgainIsANewPacket() {
    add(1, 0);
    sent.onResent(sent.find(1, 0), 0);
    add(1, 1 * MS);
    assertFalse(sent.wasResent(sent.find(1, 1 * MS)));
  }
}
