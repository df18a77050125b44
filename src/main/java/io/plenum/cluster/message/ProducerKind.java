package io.plenum.cluster.message;

import io.plenum.media.parameters.MediaKind;

/** What a producer carries. */
public enum ProducerKind {
  AUDIO, VIDEO, DATA;

  public static ProducerKind of(MediaKind kind) {
    return kind == MediaKind.AUDIO ? AUDIO : VIDEO;
  }
}
