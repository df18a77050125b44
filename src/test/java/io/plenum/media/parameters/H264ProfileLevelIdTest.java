package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class H264ProfileLevelIdTest {
  private final JsonNode vectors = Captures.resource("h264-profile-level-id.json");

  @Test
  void everyIdIsReadAsTheLibraryOfTheClientsReadsIt() {
    assertTrue(vectors.get("parse").size() > 1_000);
    for (JsonNode vector : vectors.get("parse")) {
      H264ProfileLevelId id = H264ProfileLevelId.parse(vector.get("id").asText());
      assertEquals(text(vector.get("profile")), id == null ? null : camelCase(id.profile().name()), vector.toString());
      assertEquals(text(vector.get("level")), id == null ? null : levelName(id.level()), vector.toString());
    }
  }

  @Test
  void whatIsWrittenReadsTheSameAgain() {
    for (H264ProfileLevelId.Profile profile : H264ProfileLevelId.Profile.values()) {
      for (H264ProfileLevelId.Level level : H264ProfileLevelId.Level.values()) {
        // Level 1b is spelled by a flag that the High profiles use otherwise: no id names it there.
        boolean spellable = level != H264ProfileLevelId.Level.L1_B || profile.compareTo(H264ProfileLevelId.Profile.MAIN) <= 0;
        if (spellable) {
          H264ProfileLevelId id = new H264ProfileLevelId(profile, level);
          assertEquals(id, H264ProfileLevelId.parse(id.toString()), id.toString());
        }
      }
    }
  }

  @Test
  void profilesAreTheSameWhereTheClientsLibrarySaysSo() {
    assertTrue(vectors.get("isSameProfile").size() > 100);
    for (JsonNode vector : vectors.get("isSameProfile")) {
      assertEquals(vector.get("same").asBoolean(),
          H264ProfileLevelId.sameProfile(text(vector.get("a")), text(vector.get("b"))), vector.toString());
    }
  }

  @Test
  void answersAreThoseOfTheClientsLibraryExceptForLevel1b() {
    assertTrue(vectors.get("answer").size() > 300);
    int exceptions = 0;
    for (JsonNode vector : vectors.get("answer")) {
      String local = text(vector.get("localSupported"));
      String remote = text(vector.get("remoteOffered"));
      H264ProfileLevelId answer = H264ProfileLevelId.answer(local, vector.at("/asym/0").asInt() == 1,
          remote, vector.at("/asym/1").asInt() == 1);
      String expected = text(vector.get("answer"));
      if (expected != null && expected.startsWith("throws")) {
        assertNull(answer, vector.toString());
      } else if (local == null && remote == null) {
        assertNull(expected, "the library says nothing where nothing was said");
        assertEquals(H264ProfileLevelId.DEFAULT, answer);
      } else if (lowerIsLevel1b(local, remote, vector)) {
        // RFC 6184 §8.2.2 wants the lower level. The library takes 1b for higher than 3.1; it stands for 1.1 with less.
        assertEquals("42f00b", answer.toString(), vector.toString());
        assertEquals(H264ProfileLevelId.parse(local).toString(), expected, vector.toString());
        exceptions++;
      } else {
        assertEquals(expected, answer.toString(), vector.toString());
      }
    }
    assertTrue(exceptions > 0 && exceptions < 20, exceptions + " exceptions");
  }

  private static boolean lowerIsLevel1b(String local, String remote, JsonNode vector) {
    H264ProfileLevelId ours = H264ProfileLevelId.parse(local);
    H264ProfileLevelId theirs = H264ProfileLevelId.parse(remote);
    return theirs.level() == H264ProfileLevelId.Level.L1_B && ours.level().compareTo(theirs.level()) > 0
        && (vector.at("/asym/0").asInt() == 0 || vector.at("/asym/1").asInt() == 0);
  }

  private static String text(JsonNode node) {
    return node.isNull() ? null : node.asText();
  }

  private static String camelCase(String name) {
    StringBuilder result = new StringBuilder();
    for (String word : name.split("_")) {
      result.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return result.toString();
  }

  private static String levelName(H264ProfileLevelId.Level level) {
    return level == H264ProfileLevelId.Level.L1_B ? "L1_b" : level.name();
  }
}
