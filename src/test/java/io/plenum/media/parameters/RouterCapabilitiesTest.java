package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterCapabilitiesTest {
  @Test
  void theDefaultRoomHasTheseCodecs() {
    assertEquals(List.of(
        "100 audio/opus 48000/2 {}",
        "101 video/VP8 90000 {}",
        "102 video/rtx 90000 {apt=101}",
        "103 video/VP9 90000 {profile-id=0}",
        "104 video/rtx 90000 {apt=103}",
        "105 video/VP9 90000 {profile-id=2}",
        "106 video/rtx 90000 {apt=105}",
        "107 video/H264 90000 {level-asymmetry-allowed=1, packetization-mode=1, profile-level-id=4d0032}",
        "108 video/rtx 90000 {apt=107}",
        "109 video/H264 90000 {level-asymmetry-allowed=1, packetization-mode=1, profile-level-id=42e01f}",
        "110 video/rtx 90000 {apt=109}",
        "111 video/AV1 90000 {}",
        "112 video/rtx 90000 {apt=111}"), codecs(RouterCapabilities.generate(MediaCodecs.defaults())));
  }

  @Test
  void theTelephonesCodecsKeepTheirStaticPayloadTypes() {
    assertEquals(List.of("100 audio/opus 48000/2 {}", "0 audio/PCMU 8000/1 {}", "8 audio/PCMA 8000/1 {}",
        "9 audio/G722 8000/1 {}"), codecs(RouterCapabilities.generate(MediaCodecs.withTelephony())).subList(0, 4));
  }

  @Test
  void feedbackIsThatOfTheKind() {
    List<RtpCodecCapability> codecs = RouterCapabilities.generate(MediaCodecs.defaults()).codecs();
    assertEquals(List.of(RtcpFeedback.NACK, RtcpFeedback.TRANSPORT_CC), codecs.get(0).rtcpFeedback());
    assertEquals(List.of(RtcpFeedback.NACK, RtcpFeedback.NACK_PLI, RtcpFeedback.CCM_FIR, RtcpFeedback.GOOG_REMB,
        RtcpFeedback.TRANSPORT_CC), codecs.get(1).rtcpFeedback());
    assertEquals(List.of(), codecs.get(2).rtcpFeedback());
  }

  @Test
  void theHeaderExtensionsAreThoseWeUnderstandWithMediasoupsIds() {
    assertEquals(List.of(
        "1 audio sendrecv urn:ietf:params:rtp-hdrext:sdes:mid",
        "1 video sendrecv urn:ietf:params:rtp-hdrext:sdes:mid",
        "2 video recvonly urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "3 video recvonly urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "4 audio sendrecv http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "4 video sendrecv http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "5 audio recvonly http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "5 video sendrecv http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "6 audio sendrecv urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "7 video recvonly https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
        "8 video sendrecv urn:3gpp:video-orientation",
        "9 video sendrecv urn:ietf:params:rtp-hdrext:toffset",
        "10 audio sendrecv http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        "10 video sendrecv http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        "11 audio sendrecv http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "11 video sendrecv http://www.webrtc.org/experiments/rtp-hdrext/playout-delay"),
        RouterCapabilities.generate(List.of()).headerExtensions().stream()
            .map(e -> e.preferredId() + " " + e.kind().label() + " " + e.direction().label() + " " + e.uri()).toList());
  }

  @Test
  void dynamicPayloadTypesGoUpTo127ThenOnFrom96() {
    List<RtpCodecCapability> sixteen = new ArrayList<>();
    for (int profile = 0; profile < 16; profile++) {
      sixteen.add(RtpCodecCapability.video("video/VP9", Map.of("profile-id", profile)));
    }
    List<Integer> types = RouterCapabilities.generate(sixteen).codecs().stream()
        .map(RtpCodecCapability::preferredPayloadType).toList();
    assertEquals(List.of(100, 101), types.subList(0, 2));
    assertEquals(List.of(126, 127, 96, 97, 98, 99), types.subList(26, 32));

    sixteen.add(RtpCodecCapability.audio("audio/opus", 48_000, 2));
    assertRefused(IllegalParameters.NO_PAYLOAD_TYPE, "the media codecs need more than the 32 dynamic payload types",
        sixteen);
  }

  @Test
  void aPreferredPayloadTypeIsHonouredAndNobodyElseGetsIt() {
    RtpCodecCapability vp8 = RtpCodecCapability.fromJson(
        Map.of("mimeType", "video/vp8", "clockRate", 90_000, "preferredPayloadType", 100));
    assertEquals(List.of("101 audio/opus 48000/2 {}", "100 video/VP8 90000 {}", "102 video/rtx 90000 {apt=100}"),
        codecs(RouterCapabilities.generate(List.of(RtpCodecCapability.audio("audio/OPUS", 48_000, 2), vp8))));
    assertRefused(IllegalParameters.NO_PAYLOAD_TYPE, "two media codecs ask for payload type 100", List.of(vp8, vp8));
  }

  @Test
  void aCodecThatCannotBeForwardedIsRefused() {
    assertRefused(IllegalParameters.UNSUPPORTED_CODEC, "a router cannot have audio/opus at 48000 Hz with 1 channels",
        List.of(RtpCodecCapability.audio("audio/opus", 48_000, 1)));
    assertRefused(IllegalParameters.UNSUPPORTED_CODEC, "a router cannot have video/H265 at 90000 Hz",
        List.of(RtpCodecCapability.video("video/H265", Map.of())));
    assertRefused(IllegalParameters.UNSUPPORTED_CODEC, "a router cannot have video/rtx at 90000 Hz",
        List.of(RtpCodecCapability.video("video/rtx", Map.of("apt", 1))));
  }

  @Test
  void whatTheRouterAnnouncesPassesItsOwnCheck() {
    RtpCapabilities router = RouterCapabilities.generate(MediaCodecs.withTelephony());
    assertEquals(router, RtpCapabilities.fromJson(Captures.tree(Captures.json(router))));
  }

  private static void assertRefused(String code, String sentence, List<RtpCodecCapability> mediaCodecs) {
    IllegalParameters refusal = assertThrows(IllegalParameters.class, () -> RouterCapabilities.generate(mediaCodecs));
    assertEquals(sentence, refusal.getMessage());
    assertEquals(code, refusal.code());
  }

  private static List<String> codecs(RtpCapabilities capabilities) {
    return capabilities.codecs().stream().map(codec -> codec.preferredPayloadType() + " " + codec.mimeType() + " "
        + codec.clockRate() + (codec.channels() == null ? "" : "/" + codec.channels()) + " " + codec.parameters())
        .toList();
  }
}
