package io.plenum.media.parameters;

import java.util.List;

/**
 * H264's {@code profile-level-id}: three bytes in hex, profile_idc, the constraint flags, level_idc.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6184#section-8.1">RFC 6184 §8.1, table 5</a>
 */
public record H264ProfileLevelId(Profile profile, Level level) {
  /** What a codec has that does not say: as browsers and mediasoup take it. */
  public static final H264ProfileLevelId DEFAULT =
      new H264ProfileLevelId(Profile.CONSTRAINED_BASELINE, Level.L3_1);

  public enum Profile {
    CONSTRAINED_BASELINE(0x42, 0xe0), BASELINE(0x42, 0x00), MAIN(0x4d, 0x00), CONSTRAINED_HIGH(0x64, 0x0c),
    HIGH(0x64, 0x00), PREDICTIVE_HIGH_444(0xf4, 0x00);

    private final int idc;
    private final int flags;

    Profile(int idc, int flags) {
      this.idc = idc;
      this.flags = flags;
    }
  }

  /** In ascending order; level 1b lies between 1 and 1.1. */
  public enum Level {
    L1(10), L1_B(11), L1_1(11), L1_2(12), L1_3(13), L2(20), L2_1(21), L2_2(22), L3(30), L3_1(31), L3_2(32), L4(40),
    L4_1(41), L4_2(42), L5(50), L5_1(51), L5_2(52);

    private final int idc;

    Level(int idc) {
      this.idc = idc;
    }
  }

  /** Among the flags; for profiles 66, 77 and 88 at level_idc 11 it means level 1b. */
  private static final int CONSTRAINT_SET3 = 0x10;

  /** One row of RFC 6184's table: a profile_idc, and which constraint flags must have which value. */
  private record Pattern(int idc, int mask, int flags, Profile profile) {}

  // The four reserved bits must be zero, except where High uses two of them for constraint_set4 and 5.
  private static final List<Pattern> PATTERNS = List.of(
      new Pattern(0x42, 0x4f, 0x40, Profile.CONSTRAINED_BASELINE),
      new Pattern(0x4d, 0x8f, 0x80, Profile.CONSTRAINED_BASELINE),
      new Pattern(0x58, 0xcf, 0xc0, Profile.CONSTRAINED_BASELINE),
      new Pattern(0x42, 0x4f, 0x00, Profile.BASELINE),
      new Pattern(0x58, 0xcf, 0x80, Profile.BASELINE),
      new Pattern(0x4d, 0xaf, 0x00, Profile.MAIN),
      new Pattern(0x64, 0xff, 0x00, Profile.HIGH),
      new Pattern(0x64, 0xff, 0x0c, Profile.CONSTRAINED_HIGH),
      new Pattern(0xf4, 0xff, 0x00, Profile.PREDICTIVE_HIGH_444));

  /** Null when it is not six hex digits or names no profile and level that we know; absent (null) means the default. */
  public static H264ProfileLevelId parse(String text) {
    if (text == null) {
      return DEFAULT;
    }
    if (!text.matches("[0-9A-Fa-f]{6}")) {
      return null;
    }
    int number = Integer.parseInt(text, 16);
    int flags = number >> 8 & 0xff;
    Level level = level(number & 0xff, flags);
    for (Pattern pattern : PATTERNS) {
      if (pattern.idc == number >> 16 && (flags & pattern.mask) == pattern.flags && level != null) {
        return new H264ProfileLevelId(pattern.profile, level);
      }
    }
    return null;
  }

  /** Whether both are valid and have one profile; levels may differ. */
  public static boolean sameProfile(String a, String b) {
    H264ProfileLevelId first = parse(a);
    H264ProfileLevelId second = parse(b);
    return first != null && second != null && first.profile == second.profile;
  }

  /**
   * What an answerer that has {@code local} says to an offer of {@code remote} (RFC 6184 §8.2.2): its own level when both
   * allow the levels to differ, else the lower of the two. Null when the profiles differ or one is not valid.
   */
  public static H264ProfileLevelId answer(String local, boolean localAsymmetry, String remote, boolean remoteAsymmetry) {
    if (!sameProfile(local, remote)) {
      return null;
    }
    H264ProfileLevelId ours = parse(local);
    H264ProfileLevelId theirs = parse(remote);
    boolean ourLevel = localAsymmetry && remoteAsymmetry || ours.level.compareTo(theirs.level) < 0;
    return ourLevel ? new H264ProfileLevelId(ours.profile, ours.level)
        : new H264ProfileLevelId(ours.profile, theirs.level);
  }

  private static Level level(int idc, int flags) {
    for (Level level : Level.values()) {
      if (level.idc == idc && (level != Level.L1_B || (flags & CONSTRAINT_SET3) != 0)) {
        return level;
      }
    }
    return null;
  }

  /** The spelling that SDP has, in lower case. */
  @Override
  public String toString() {
    int flags = profile.flags | (level == Level.L1_B ? CONSTRAINT_SET3 : 0);
    return String.format("%02x%02x%02x", profile.idc, flags, level.idc);
  }
}
