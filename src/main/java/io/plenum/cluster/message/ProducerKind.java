package io.plenum.cluster.message;

/** What a producer carries. */
public enum ProducerKind { AUDIO, VIDEO, DATA }
