package io.plenum.protocol.dtls;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Datagrams of others, real and hostile, and what becomes of them when bits are turned. */
public final class DtlsSeeds {
  private DtlsSeeds() {}

  /** Chromium's ClientHello: two datagrams, each with a fragment. */
  public static List<byte[]> chromiumClientHello() {
    return lines("/dtls/chromium-clienthello.hex");
  }

  /** Seeds and crash inputs of another implementation's fuzzers. */
  public static List<byte[]> corpus() {
    return lines("/dtls/records.hex");
  }

  /** Deterministic: bytes changed, cut off, doubled, lengths set to extremes. */
  public static void mutate(List<byte[]> seeds, long seed, int count, Consumer<byte[]> consumer) {
    Random random = new Random(seed);
    for (int i = 0; i < count; i++) {
      byte[] mutant = seeds.get(random.nextInt(seeds.size())).clone();
      for (int changes = random.nextInt(4); changes >= 0 && mutant.length > 0; changes--) {
        int at = random.nextInt(Math.min(mutant.length, random.nextBoolean() ? 30 : mutant.length));
        switch (random.nextInt(5)) {
          case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
          case 1 -> mutant[at] = (byte) random.nextInt();
          case 2 -> mutant[at] = (byte) 0xff;
          case 3 -> mutant[at] = 0;
          default -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length + 20));
        }
      }
      consumer.accept(mutant);
    }
  }

  private static List<byte[]> lines(String resource) {
    try (BufferedReader reader = new BufferedReader(
        new InputStreamReader(DtlsSeeds.class.getResourceAsStream(resource), StandardCharsets.US_ASCII));
        Stream<String> lines = reader.lines()) {
      return lines.map(line -> HexFormat.of().parseHex(line)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
