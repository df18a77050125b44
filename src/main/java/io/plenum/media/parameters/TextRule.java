package io.plenum.media.parameters;

import java.util.regex.Pattern;

/**
 * What a text field may hold. Other clients write these texts into their SDP, so none may carry a line break or anything
 * else that would end its line or field there: a publisher must not be able to write lines into a viewer's SDP.
 */
enum TextRule {
  MIME_TYPE(64, "(?i)(audio|video)/[a-z0-9][a-z0-9.+_-]*", "must be audio/NAME or video/NAME"),
  URI(255, "[!-~]+", "must be a URI"),
  /** A token (RFC 5888 §4), short enough for a header extension that still leaves room for media. */
  MID(32, "[!#$%&'*+.0-9A-Z^_`a-z{|}~-]+", "must be a token"),
  /** RFC 8851 §10; libwebrtc stops at 16. */
  RID(16, "[0-9A-Za-z_-]+", "must consist of letters, digits, - and _"),
  /** May be empty: browsers do not tell the cname of a simulcast stream. An SDES item has at most 255 bytes. */
  CNAME(255, "[!-~]*", "must be printable ASCII without spaces"),
  MSID(255, "[!-~]*( [!-~]+)?", "must be one or two printable ASCII words"),
  FEEDBACK_TYPE(32, "[0-9A-Za-z-]+", "must be a token"),
  FEEDBACK_PARAMETER(64, "[0-9A-Za-z -]*", "must consist of letters, digits, spaces and -"),
  SCALABILITY_MODE(32, "[0-9A-Za-z_]*", "must consist of letters, digits and _"),
  PARAMETER_NAME(64, "[0-9A-Za-z._-]+", "must be a name of letters, digits, ., _ and -"),
  /** Long enough for H264's sprop-parameter-sets. */
  PARAMETER_VALUE(1024, "[ -:<-~]*", "must be printable ASCII without ;"),
  DIGEST(16, "[0-9A-Za-z-]+", "must be the name of a hash function"),
  /** Sixty-four bytes for SHA-512. */
  FINGERPRINT(191, "[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})*", "must be hex pairs joined by colons");

  private final int maxChars;
  private final Pattern pattern;
  private final String sentence;

  TextRule(int maxChars, String pattern, String sentence) {
    this.maxChars = maxChars;
    this.pattern = Pattern.compile(pattern);
    this.sentence = sentence;
  }

  int maxChars() {
    return maxChars;
  }

  boolean allows(String text) {
    return text.length() <= maxChars && pattern.matcher(text).matches();
  }

  /** What is wrong with a text that is not allowed, to follow the name of the field. */
  String complaint(String text) {
    return text.length() > maxChars ? "must not have more than " + maxChars + " characters" : sentence;
  }
}
