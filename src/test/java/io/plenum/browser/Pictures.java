package io.plenum.browser;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** What must hold of pictures after they were encoded, carried and decoded. */
final class Pictures {
  /** Two looks at one moving picture, one encoded and frames late, differ by about 10; two people's by over 100. */
  private static final double SAME_DISTANCE = 30;
  private static final double OTHER_DISTANCE = 60;
  /** A plain frame has 0, Chromium's fake camera about 10 or more; Firefox's, a plain colour that changes, about 2. */
  private static final double LEAST_CONTRAST = 4;
  private static final double LEAST_BRIGHTNESS = 20;
  /** A value of a pixel that changed by this much did not change by encoding alone. */
  private static final int VISIBLE_CHANGE = 25;

  private static final int MOST_LOOKS = 30;
  private static final int SAME_LOOKS = 10;

  private Pictures() {}

  /** That the viewer's page shows what the sender's camera shows, that it is not black, and that it moves. */
  static void assertShows(Participant viewer, Participant sender) {
    // A slow encoder on a busy machine is many frames late: then another look, at another phase, is nearer. Somebody else's
    // picture is far off at each.
    Thumbnail received = null;
    double distance = Double.MAX_VALUE;
    for (int look = 0; look < SAME_LOOKS && distance >= SAME_DISTANCE; look++) {
      Thumbnail sent = sender.pictureOf(sender);
      received = viewer.pictureOf(sender);
      assertNotNull(received, "there is no picture");
      distance = received.distance(sent);
    }
    assertTrue(distance < SAME_DISTANCE, "not what was sent: " + distance);
    Thumbnail shown = received;
    assertTrue(shown.brightness() > LEAST_BRIGHTNESS, () -> "a black picture, brightness " + shown.brightness());
    // One look may fall on the same phase of a picture that goes round; and Firefox's colour walks slowly round a square
    // of which one side, more than fifty frames long, looks nearly the same on a screen.
    int changed = 0;
    for (int look = 0; look < MOST_LOOKS && changed == 0; look++) {
      viewer.awaitFramesFrom(sender, 5);
      changed = viewer.pictureOf(sender).changedValues(shown, VISIBLE_CHANGE);
    }
    assertTrue(changed > 0, "the picture does not move");
  }

  /** That what the viewer sees of the sender is not the viewer's own picture. */
  static void assertDiffers(Thumbnail received, Thumbnail own) {
    assertTrue(received.distance(own) > OTHER_DISTANCE, () -> "one's own picture: " + received.distance(own));
  }

  static void assertNotPlain(Thumbnail picture) {
    assertNotNull(picture, "there is no picture");
    assertTrue(picture.contrast() > LEAST_CONTRAST, () -> "a plain picture, contrast " + picture.contrast());
  }
}
