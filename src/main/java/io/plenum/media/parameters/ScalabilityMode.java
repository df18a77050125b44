package io.plenum.media.parameters;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The layers that a scalability mode names, such as {@code L3T3_KEY} or {@code S2T1}.
 *
 * @param ksvc spatial layers depend on lower ones at key frames only, so going up needs a key frame
 * @see <a href="https://www.w3.org/TR/webrtc-svc/#scalabilitymodes*">WebRTC-SVC, scalability modes</a>
 */
public record ScalabilityMode(int spatialLayers, int temporalLayers, boolean ksvc) {
  /** One layer of each: what a stream has that says nothing. */
  public static final ScalabilityMode NONE = new ScalabilityMode(1, 1, false);

  // What may follow (h for 1.5:1 scaling, _SHIFT for staggered key frames) changes nothing for us.
  private static final Pattern MODE = Pattern.compile("[LS]([1-9])T([1-9])h?(_KEY)?(?:_SHIFT)?");

  /** Never fails: null, nonsense, or more layers than {@link ParameterLimits#MAX_LAYERS} mean {@link #NONE}. */
  public static ScalabilityMode parse(String mode) {
    if (mode == null) {
      return NONE;
    }
    Matcher matcher = MODE.matcher(mode);
    if (!matcher.matches()) {
      return NONE;
    }
    int spatialLayers = matcher.group(1).charAt(0) - '0';
    int temporalLayers = matcher.group(2).charAt(0) - '0';
    if (spatialLayers > ParameterLimits.MAX_LAYERS || temporalLayers > ParameterLimits.MAX_LAYERS) {
      return NONE;
    }
    return new ScalabilityMode(spatialLayers, temporalLayers, matcher.group(3) != null);
  }
}
