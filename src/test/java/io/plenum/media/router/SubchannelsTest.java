package io.plenum.media.router;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubchannelsTest {
  private static Set<Integer> numbers(String list) {
    return list == null ? Set.of() : Arrays.stream(list.split(" ")).map(Integer::valueOf).collect(Collectors.toSet());
  }

  @ParameterizedTest
  @CsvSource({
    ", , , , true, a message for everybody reaches who has none",
    ", , , 1 2, true, and who has some",
    "1, , , , false, one for a subchannel does not reach who has none",
    "1 5, , , 5, true, one of them is enough",
    "1, , , 2, false, another one is not",
    ", 3, , 3 4, true, the required one is there",
    ", 3, , 4, false, the required one is missing",
    "1, 3, , 3, false, the required one alone is not enough",
    "1, 3, , 1 3, true, both",
    ", , 7, 7, false, who is to be left out is",
    "1, , 7, 1 7, false, whatever else it has",
    "1, , 7, 1, true, the others get it"
  })
  void aMessageReachesWhoItIsFor(
      String listed, Integer required, Integer ignored, String ofConsumer, boolean admitted, String why) {
    assertEquals(admitted, new Subchannels(numbers(listed), required, ignored).admit(numbers(ofConsumer)), why);
  }
}
