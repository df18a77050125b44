package io.plenum.browser;

import static io.plenum.browser.BrowserRemote.Kind.CHROMIUM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pictures of the page for people to look at, in {@code target/screenshots}; asserted is only that they show a lot. */
@Tag("browser")
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@ExtendWith(StageExtension.class)
class ScreenshotsIT {
  private static final Path FOLDER = Path.of("target/screenshots");
  private static final int MIN_COLOURS = 50;

  @Test
  void theCallLooksLikeSomethingOnADesktopAndOnAPhone(Stage stage) throws IOException {
    String url = stage.node().url();
    Participant ada = stage.open(CHROMIUM, "Ada", "window.tintDegrees = 200;", url, 1280, 800);
    Participant phone = stage.open(CHROMIUM, "Grace", "", url, 390, 844);
    Participant third = stage.open(CHROMIUM, "Katherine", "", url, 900, 600, "video=0");
    phone.awaitSeesAndHears(ada);
    ada.awaitSeesAndHears(phone);
    ada.awaitTilesOf(phone, third);
    phone.awaitTilesOf(ada, third);
    third.press("Mute microphone");
    ada.awaitTileOf(third, tile -> tile.path("audio").path("paused").asBoolean());
    ada.act("setInfo(true)");
    ada.await("document.querySelectorAll('.tile-info:not([hidden])').length", shown -> shown.asInt() >= 2);
    shoot(ada, "desktop", 1280, 800);
    shoot(phone, "phone", 390, 844);

    phone.press("Share screen");
    ada.awaitScreenFramesFrom(phone, 5);
    ada.act("setInfo(false)");
    shoot(ada, "desktop-screen-share", 1280, 800);
    phone.press("Stop sharing");

    ada.await("plenum.canSay()", can -> can.asBoolean());
    phone.await("plenum.canSay() && plenum.heardOn('files').length === 2", can -> can.asBoolean());
    ada.act("say('Can everybody see the plan?')");
    phone.act("say('Yes. Here are the notes: https://example.org/notes')");
    phone.page().evaluate("plenum.sendFiles([new File([new Uint8Array(400_000)], 'notes.pdf')])");
    ada.await("plenum.messages().some(({state}) => state === 'complete')", there -> there.asBoolean());
    phone.await("document.querySelector('.tool-badge').textContent", badge -> badge.asText().equals("1"));
    shoot(phone, "unread-phone", 390, 844);
    ada.act("showChat(true)");
    phone.act("showChat(true)");
    phone.page().type("#chat-text", "One moment");
    ada.awaitText("#chat-typing", "Grace is typing");
    shoot(ada, "chat-desktop", 1280, 800);
    shoot(phone, "chat-phone", 390, 844);
    phone.act("showChat(false)");
    third.press("Leave");
    third.await("document.getElementById('card').hidden", hidden -> !hidden.asBoolean());
    shoot(third, "left", 900, 600);
  }

  @Test
  void theStartScreenLooksLikeSomethingOnADesktopAndOnAPhone(Stage stage) throws IOException {
    String url = stage.node().url();
    Participant desktop = stage.open(CHROMIUM, "Ada", "", url, 1280, 800, "autojoin=0");
    Participant phone = stage.open(CHROMIUM, "Grace", "", url, 390, 844, "autojoin=0");
    for (Participant each : new Participant[] {desktop, phone}) {
      each.await("document.getElementById('start').hidden", hidden -> !hidden.asBoolean());
    }
    shoot(desktop, "start-desktop", 1280, 800);
    shoot(phone, "start-phone", 390, 844);

    phone.page().click("#start-form button[type=submit]");
    phone.awaitJoined();
    phone.await("document.getElementById('banner').hidden", hidden -> !hidden.asBoolean());
    shoot(phone, "alone-phone", 390, 844);
  }

  private static void shoot(Participant participant, String name, int width, int height) throws IOException {
    Files.createDirectories(FOLDER);
    Path file = FOLDER.resolve(name + ".png");
    participant.page().screenshot(file);
    BufferedImage image = ImageIO.read(file.toFile());
    assertEquals(width, image.getWidth());
    assertEquals(height, image.getHeight());
    Set<Integer> colours = new HashSet<>();
    for (int x = 0; x < width; x += 3) {
      for (int y = 0; y < height; y += 3) {
        colours.add(image.getRGB(x, y));
      }
    }
    assertTrue(colours.size() >= MIN_COLOURS, () -> name + " has " + colours.size() + " colours");
  }
}
