package io.plenum.simulation;

import java.util.List;

/**
 * Model of libwebrtc answering requests for key frames (measured with Chromium 156: 260 ms behind another nothing comes, 310 ms behind
 * it one does): with one of each encoding, whichever was asked, and not at all within 300 ms of the request before.
 */
final class BrowserEncoder {
  static final long DEAF_NS = 300 * VirtualTime.MS;

  private final List<PublishedStream> encodings;
  private boolean asked;
  private long answeredNs;

  BrowserEncoder(List<PublishedStream> encodings) {
    this.encodings = encodings;
  }

  void onKeyFrameRequest(long nowNs) {
    if (!asked || nowNs - answeredNs >= DEAF_NS) {
      asked = true;
      answeredNs = nowNs;
      encodings.forEach(encoding -> encoding.keyFrameWanted = true);
    }
  }
}
