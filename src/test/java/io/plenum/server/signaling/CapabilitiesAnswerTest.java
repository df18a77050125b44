package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.fasterxml.jackson.databind.JsonNode;
import io.plenum.media.parameters.RtpCapabilities;
import java.util.List;
import org.junit.jupiter.api.Test;

class CapabilitiesAnswerTest {
  private final CapabilitiesAnswer answers = new CapabilitiesAnswer();

  @Test
  void allWhoAskShareTheBytes() {
    RtpCapabilities capabilities = new RtpCapabilities(List.of(), List.of());

    assertSame(answers.of(capabilities).to(1).shared(), answers.of(capabilities).to(2).shared());
  }

  @Test
  void otherCapabilitiesAreAnotherAnswer() {
    SharedAnswer first = answers.of(new RtpCapabilities(List.of(), List.of()));

    assertNotSame(first, answers.of(new RtpCapabilities(List.of(), List.of())));
  }

  @Test
  void holdsTheCapabilitiesUnderBothNames() throws Exception {
    SharedAnswer answer = answers.of(new RtpCapabilities(List.of(), List.of()));

    JsonNode frame = SignalingJson.MAPPER.readTree(answer.to(7).text());

    assertEquals(7, frame.path("id").asInt());
    assertEquals(true, frame.path("ok").asBoolean());
    assertEquals(true, frame.path("data").path("codecs").isArray());
    assertEquals(frame.path("data").path("codecs"), frame.path("data").path("routerRtpCapabilities").path("codecs"));
  }
}
