package io.plenum.media.router;

import java.util.Set;

/**
 * Whom among a data producer's consumers a message is for, as mediasoup has it.
 *
 * @param listed a consumer needs one of these, if there are any
 * @param required a consumer needs this one; null: none is
 * @param ignored a consumer must not have this one; null: none is
 */
public record Subchannels(Set<Integer> listed, Integer required, Integer ignored) {
  public static final Subchannels EVERYBODY = new Subchannels(Set.of(), null, null);

  /** Numbers that a consumer may have, or a message name: mediasoup's are 16 bits, and 64 KiB of them are a mistake. */
  public static final int MAX_SUBCHANNELS = 1_024;

  /** Whether a consumer with these gets the message. */
  public boolean admit(Set<Integer> ofConsumer) {
    if (required != null && !ofConsumer.contains(required) || ignored != null && ofConsumer.contains(ignored)) {
      return false;
    }
    if (listed.isEmpty()) {
      return true;
    }
    for (Integer subchannel : listed) {
      if (ofConsumer.contains(subchannel)) {
        return true;
      }
    }
    return false;
  }
}
