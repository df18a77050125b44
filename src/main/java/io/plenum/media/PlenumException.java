package io.plenum.media;

/**
 * A refusal to a user of the API: a stable code that a program may test, and a sentence that tells a person what to
 * do. Never thrown for what comes from the network as packets. It has no stack trace: the caller, not our code, is
 * where to look, and a hostile client decides how often one is made.
 */
public class PlenumException extends RuntimeException {
  private final String code;

  /** @param code lower case with hyphens, such as {@code producer-not-found} */
  public PlenumException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  public String code() {
    return code;
  }
}
