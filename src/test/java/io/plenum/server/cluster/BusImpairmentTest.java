package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.server.config.PlenumConfig.Net.Impair;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusImpairmentTest {
  private static final int MESSAGES = 100_000;

  @ParameterizedTest
  @CsvSource({"0, 0", "20, 0", "0, 20", "20, 20", "60, 40", "100, 0"})
  void soManyMessagesAreLostAndSoManyComeTwice(double lossPercent, double repeatPercent) {
    BusImpairment impairment =
        new BusImpairment(new Impair(0, 0, 0, 0, lossPercent, repeatPercent, 1), new Random(1));
    int[] heard = new int[3];
    for (int i = 0; i < MESSAGES; i++) {
      heard[impairment.copies()]++;
    }
    assertEquals(lossPercent, heard[0] * 100.0 / MESSAGES, 0.5);
    assertEquals(repeatPercent, heard[2] * 100.0 / MESSAGES, 0.5);
  }
}
