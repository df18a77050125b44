package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How one side's DTLS is to be recognised: which role it takes, and the digests of its certificate.
 *
 * @param fingerprints of the peer: at least one, and only digests that cannot be forged
 */
public record DtlsParameters(DtlsRole role, List<DtlsFingerprint> fingerprints) {
  /** Bytes of the digests that RFC 8122 §5 names and that still hold. */
  private static final Map<String, Integer> STRONG_DIGEST_BYTES = Map.of("sha-256", 32, "sha-384", 48, "sha-512", 64);
  /** Still announced by some beside a strong one; ignored. */
  private static final List<String> WEAK_DIGESTS = List.of("sha-224", "sha-1", "md5", "md2");

  public DtlsParameters {
    fingerprints = List.copyOf(fingerprints);
  }

  /**
   * Reads what a client signals. Weak digests are left out; if nothing is left, it is refused.
   *
   * @throws IllegalParameters with {@link IllegalParameters#INVALID_DTLS_PARAMETERS}
   */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static DtlsParameters fromJson(Object json) {
    JsonFields fields = JsonFields.of(json, IllegalParameters.INVALID_DTLS_PARAMETERS, "dtlsParameters");
    DtlsRole role = fields.choice("role", DtlsRole.values(), DtlsParameters::spelling, DtlsRole.AUTO);
    List<DtlsFingerprint> strong =
        fields.list("fingerprints", ParameterLimits.MAX_FINGERPRINTS, DtlsParameters::fingerprint).stream()
            .filter(fingerprint -> STRONG_DIGEST_BYTES.containsKey(fingerprint.algorithm()))
            .toList();
    if (strong.isEmpty()) {
      throw fields.refuse("fingerprints", "must have one of sha-256, sha-384 or sha-512");
    }
    return new DtlsParameters(role, strong);
  }

  private static DtlsFingerprint fingerprint(JsonFields json) {
    String algorithm = json.text("algorithm", TextRule.DIGEST).toLowerCase(Locale.ROOT);
    String value = json.text("value", TextRule.FINGERPRINT).toUpperCase(Locale.ROOT);
    Integer bytes = STRONG_DIGEST_BYTES.get(algorithm);
    if (bytes == null && !WEAK_DIGESTS.contains(algorithm)) {
      throw json.refuse("algorithm", "must be one of sha-256, sha-384, sha-512");
    }
    // Two digits a byte, and a colon between bytes.
    if (bytes != null && value.length() != 3 * bytes - 1) {
      throw json.refuse("value", "must be " + bytes + " bytes for " + algorithm);
    }
    return new DtlsFingerprint(algorithm, value);
  }

  /** As JSON: the role in lower case. */
  @JsonValue
  public Map<String, Object> toJson() {
    List<Map<String, Object>> digests = new ArrayList<>();
    for (DtlsFingerprint fingerprint : fingerprints) {
      Map<String, Object> digest = new LinkedHashMap<>();
      digest.put("algorithm", fingerprint.algorithm());
      digest.put("value", fingerprint.value());
      digests.add(digest);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("role", spelling(role));
    json.put("fingerprints", digests);
    return json;
  }

  private static String spelling(DtlsRole role) {
    return role.name().toLowerCase(Locale.ROOT);
  }
}
