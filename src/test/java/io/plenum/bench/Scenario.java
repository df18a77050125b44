package io.plenum.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who sends what to whom.
 *
 * <p>Written {@code [ROOMS*]PxS[:video|audio|av][@NODES]}: {@code 1x50} is one publisher of video and fifty who only
 * watch; {@code 5x5} is five who all send and watch each other; {@code 100*3x3:av} a hundred rooms of three with video and
 * sound; {@code 1x50@2} the first one with the subscribers spread over two nodes.
 *
 * @param publishers of one room
 * @param viewers of one room who send nothing
 */
record Scenario(String name, int rooms, int publishers, int viewers, boolean video, boolean audio, int nodes) {
  private static final Pattern FORM = Pattern.compile("(?:(\\d+)\\*)?(\\d+)x(\\d+)(?::(video|audio|av))?(?:@(\\d+))?");

  static Scenario parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not a scenario: " + text);
    }
    int publishers = Integer.parseInt(form.group(2));
    int subscribers = Integer.parseInt(form.group(3));
    if (publishers != 1 && publishers != subscribers) {
      throw new IllegalArgumentException("either one publisher, or as many as subscribers: " + text);
    }
    String media = form.group(4) == null ? "video" : form.group(4);
    return new Scenario(text, number(form.group(1)), publishers, publishers == 1 ? subscribers : 0,
        !media.equals("audio"), !media.equals("video"), number(form.group(5)));
  }

  private static int number(String text) {
    return text == null ? 1 : Integer.parseInt(text);
  }

  Scenario withViewers(int count) {
    return new Scenario("1x" + count, rooms, 1, count, video, audio, nodes);
  }

  int peersPerRoom() {
    return publishers + viewers;
  }

  /** Whether that peer of a room sends. */
  boolean publishes(int peer) {
    return peer < publishers;
  }

  /** A lone publisher does not watch itself. */
  boolean subscribes(int peer) {
    return publishers > 1 || peer >= publishers;
  }

  /** Which node a peer connects to: the first publisher to the first, the others in turn. */
  int node(int peer) {
    return peer % nodes;
  }
}
