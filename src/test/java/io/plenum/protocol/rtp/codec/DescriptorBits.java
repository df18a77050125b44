package io.plenum.protocol.rtp.codec;

/** Writes dependency descriptors bit by bit, as the tests' own reading of the standard. */
final class DescriptorBits {
  private final StringBuilder bits = new StringBuilder();

  DescriptorBits put(int width, long value) {
    for (int bit = width - 1; bit >= 0; bit--) {
      bits.append(value >> bit & 1);
    }
    return this;
  }

  DescriptorBits raw(String zerosAndOnes) {
    bits.append(zerosAndOnes.replace(" ", ""));
    return this;
  }

  /** First and last packet of its frame. */
  DescriptorBits mandatory(int templateId, int frameNumber) {
    return raw("11").put(6, templateId).put(16, frameNumber);
  }

  /** Structure, active targets, custom indications, custom frame diffs, custom chains. */
  DescriptorBits flags(String five) {
    return raw(five);
  }

  /**
   * L2T2: decode targets S0T0, S0T1, S1T0, S1T1; templates in order S0T0 key, S0T0, S0T1, S1T0 key, S1T0, S1T1; two
   * chains; resolutions 320x180 and 640x360.
   */
  DescriptorBits l2t2(int templateIdOffset) {
    put(6, templateIdOffset).put(5, 3);
    raw("00 01 10 00 01 11");
    raw("10101010 10101010 00010001 00001010 00001010 00000001");
    raw("0" + "1 0011 0" + "1 0001 0" + "1 0000 0" + "1 0011 1 0000 0" + "1 0001 1 0000 0");
    // ns(5) of 2 chains: five values take two or three bits; 0, 1, 2 take two.
    raw("10" + "0 0 1 1");
    raw("0000 0000".repeat(6));
    return raw("1").put(16, 319).put(16, 179).put(16, 639).put(16, 359);
  }

  byte[] bytes() {
    String padded = bits + "0".repeat(-bits.length() & 7);
    byte[] bytes = new byte[padded.length() / 8];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Integer.parseInt(padded.substring(8 * i, 8 * i + 8), 2);
    }
    return bytes;
  }
}
