package io.plenum.browser;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One running browser of a {@link BrowserRemote}. */
public final class Browser implements AutoCloseable {
  private final BrowserRemote remote;
  private final String browserId;
  private final String version;

  Browser(BrowserRemote remote, String browserId, String version) {
    this.remote = remote;
    this.browserId = browserId;
    this.version = version;
  }

  /** Name and version, as the browser says them. */
  public String version() {
    return version;
  }

  /** Opens an address in a page of its own: no storage is shared with another page. */
  public Page newPage(String url) {
    return page(command("newPage").put("url", url));
  }

  /** As {@link #newPage(String)}, in a window of this size, in pixels. */
  public Page newPage(String url, int width, int height) {
    return page(command("newPage").put("url", url).put("width", width).put("height", height));
  }

  /**
   * As {@link #newPage(String)}.
   *
   * @param width and {@code height}: of the window, in pixels
   * @param script JavaScript that runs in each document of the page before the document's own
   */
  public Page newPage(String url, int width, int height, String script) {
    return page(command("newPage").put("url", url).put("width", width).put("height", height).put("beforeLoad", script));
  }

  @Override
  public void close() {
    remote.call(command("close"));
  }

  private Page page(ObjectNode command) {
    return new Page(remote, remote.call(command).path("pageId").asText());
  }

  private ObjectNode command(String name) {
    return remote.command(name).put("browserId", browserId);
  }
}
