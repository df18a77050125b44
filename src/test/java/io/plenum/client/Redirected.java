package io.plenum.client;

/** A node did not let the client in and named another. */
final class Redirected extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final String url;

  Redirected(String url) {
    super("go to " + url);
    this.url = url;
  }

  String url() {
    return url;
  }
}
