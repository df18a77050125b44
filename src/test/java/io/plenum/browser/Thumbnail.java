package io.plenum.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;

/** What a tile shows, made small: enough to say whether two pictures are the same one. */
record Thumbnail(int[] rgb) {
  private static final int CHANNELS = 3;

  /** @return null for null */
  static Thumbnail parse(JsonNode list) {
    if (!list.isArray()) {
      return null;
    }
    int[] rgb = new int[list.size()];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = list.get(i).asInt();
    }
    return new Thumbnail(rgb);
  }

  /** How far each value is from the other's in the mean, 0 to 255. */
  double distance(Thumbnail other) {
    long sum = 0;
    for (int i = 0; i < rgb.length; i++) {
      sum += Math.abs(rgb[i] - other.rgb[i]);
    }
    return (double) sum / rgb.length;
  }

  /** How many of the values are further than {@code threshold} from the other's. */
  int changedValues(Thumbnail other, int threshold) {
    int changed = 0;
    for (int i = 0; i < rgb.length; i++) {
      changed += Math.abs(rgb[i] - other.rgb[i]) > threshold ? 1 : 0;
    }
    return changed;
  }

  /** Standard deviation of the brightness over the picture: 0 for a plain one, black or not. */
  double contrast() {
    int pixels = rgb.length / CHANNELS;
    double sum = 0;
    double sumOfSquares = 0;
    for (int i = 0; i < pixels; i++) {
      double brightness = (rgb[CHANNELS * i] + rgb[CHANNELS * i + 1] + rgb[CHANNELS * i + 2]) / (double) CHANNELS;
      sum += brightness;
      sumOfSquares += brightness * brightness;
    }
    double mean = sum / pixels;
    return Math.sqrt(Math.max(0, sumOfSquares / pixels - mean * mean));
  }

  /** Of all values in the mean, 0 to 255. */
  double brightness() {
    return Arrays.stream(rgb).average().orElse(0);
  }
}
