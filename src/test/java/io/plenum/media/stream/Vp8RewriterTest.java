package io.plenum.media.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.protocol.rtp.codec.PayloadInfo;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Vp8RewriterTest {
  private static PayloadInfo payload(int pictureId, int bits, int tl0) {
    PayloadInfo payload = new PayloadInfo();
    payload.pictureId = pictureId;
    payload.pictureIdBits = bits;
    payload.pictureIdOffset = 2;
    payload.tl0PictureIndex = tl0;
    payload.tl0PictureIndexOffset = bits == 7 ? 3 : 4;
    return payload;
  }

  /** A step is picture/tl0, with d before what is left out; "s" is a change of source. */
  @ParameterizedTest(name = "{1} bits: {0} gives {2}: {3}")
  @CsvSource({
      "5/3 5/3 6/4, 15, 0/3 0/3 1/4, packets of one picture share its id",
      "5/3 d6/3 7/4, 15, 0/3 1/4, a picture left out leaves no gap",
      "5/3 d6/3 d6/3 d7/3 8/4, 15, 0/3 1/4, nor do its many packets",
      "5/3 7/5 6/4, 15, 0/3 2/5 1/4, a picture that comes late",
      "5/3 8/4, 15, 0/3 3/4, lost ones leave theirs",
      "32767/255 0/0 1/1, 15, 0/255 1/0 2/1, both wrap",
      "127/255 0/0 1/1, 7, 0/255 1/0 2/1, short ids wrap too",
      "5/3 6/4 s 900/77 901/78, 15, 0/3 1/4 2/5 3/6, another source goes on",
      "5/250 s 9/3 10/4 s 100/9, 15, 0/250 1/251 2/252 3/253, and another",
      "5/3 s 9/100 s 6/4, 15, 0/3 1/4 2/5, and back",
  })
  void idsGoOnWithoutGapsOfOurs(String steps, int bits, String expected, String why) {
    Vp8Rewriter rewriter = new Vp8Rewriter();
    List<String> out = new ArrayList<>();
    for (String step : steps.split(" ")) {
      if (step.equals("s")) {
        rewriter.onSwitch();
        continue;
      }
      String[] ids = step.replace("d", "").split("/");
      PayloadInfo payload = payload(Integer.parseInt(ids[0]), bits, Integer.parseInt(ids[1]));
      if (step.startsWith("d")) {
        rewriter.drop(payload);
      } else {
        rewriter.forward(payload);
        out.add(rewriter.pictureId() + "/" + rewriter.tl0PictureIndex());
      }
    }
    assertEquals(expected, String.join(" ", out), why);
  }

  @Test
  void theIdsAreWrittenIntoTheRoomTheyHave() {
    byte[] longId = {9, 0, 0, (byte) 0x80, 0, 0, 1};
    Vp8Rewriter.patch(longId, 1, payload(1, 15, 1), 0x1234, 0xab);
    assertArrayEquals(new byte[] {9, 0, 0, (byte) 0x92, 0x34, (byte) 0xab, 1}, longId);

    byte[] shortId = {9, 0, 0, 0, 0, 1};
    Vp8Rewriter.patch(shortId, 1, payload(1, 7, 1), 0x1234, 0xab);
    assertArrayEquals(new byte[] {9, 0, 0, 0x34, (byte) 0xab, 1}, shortId);
  }

  @Test
  void aPayloadWithoutIdsIsLeftAlone() {
    byte[] bytes = {1, 2, 3, 4};
    PayloadInfo payload = new PayloadInfo();
    Vp8Rewriter rewriter = new Vp8Rewriter();
    rewriter.forward(payload);
    rewriter.drop(payload);
    Vp8Rewriter.patch(bytes, 0, payload, 1, 1);
    assertArrayEquals(new byte[] {1, 2, 3, 4}, bytes);
  }
}
