package io.plenum.media.router;

/**
 * Readiness of the far end of a pipe for a key frame of one stream. It says so by asking for one: then a consumer there is
 * resumed and connected. A key frame that is asked for earlier comes where nothing can take it, and the publisher's browser
 * ignores the request that would be in time ({@link io.plenum.media.stream.KeyFrameRequester#MIN_SPACING_NS}).
 */
final class FarEndReadiness {
  /**
   * The stream is asked for without the far end's word after this: its requests were lost, or it waits to see that there is
   * such a stream. A slow browser needs less from the announcement of a consumer to connected media.
   */
  static final long PATIENCE_NS = 2_000_000_000L;

  private boolean ready;
  private boolean starving;
  private long starvingSinceNs;

  /** The far end asks for a key frame, or is known to watch other streams of the same producer. */
  void onReady() {
    ready = true;
  }

  /** Nothing of the stream is wanted at the far end any more. */
  void onUnwanted() {
    ready = false;
    starving = false;
  }

  /** A packet came that is of no use without a key frame before it. */
  void onStarved(long nowNs) {
    if (!starving) {
      starving = true;
      starvingSinceNs = nowNs;
    }
    ready |= nowNs - starvingSinceNs >= PATIENCE_NS;
  }

  /** A key frame went out. */
  void onFed() {
    starving = false;
  }

  boolean ready() {
    return ready;
  }
}
