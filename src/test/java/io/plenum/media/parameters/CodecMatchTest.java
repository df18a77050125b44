package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CodecMatchTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
      // Names are compared without case, and with the clock rate and the channels.
      "audio/opus 48000 2 | audio/OPUS 48000 2 | true",
      "audio/opus 48000 2 | audio/opus 48000 1 | false",
      "audio/PCMU 8000 1 | audio/PCMU 16000 1 | false",
      "audio/PCMU 8000 1 | audio/PCMA 8000 1 | false",
      "video/VP8 90000 0 | video/vp8 90000 0 x=1 | true",
      // VP9: profile 0 where nothing is said; numbers may be strings.
      "video/VP9 90000 0 | video/VP9 90000 0 profile-id=0 | true",
      "video/VP9 90000 0 | video/VP9 90000 0 profile-id='0' | true",
      "video/VP9 90000 0 profile-id=2 | video/VP9 90000 0 profile-id=2 | true",
      "video/VP9 90000 0 | video/VP9 90000 0 profile-id=2 | false",
      // AV1: profile 0 where nothing is said; level and tier do not matter.
      "video/AV1 90000 0 | video/AV1 90000 0 profile=0 level-idx=5 tier=0 | true",
      "video/AV1 90000 0 | video/AV1 90000 0 profile=1 | false",
      // H264: packetization mode and profile, but not level. Short: mode is packetization-mode, id profile-level-id.
      "H264 mode=1 id='42e01f' | h264 mode=1 id='42e034' | true",
      "H264 mode=1 id='42e01f' | H264 mode='1' id='42f00b' | true",
      "H264 mode=1 id='42e01f' | H264 id='42e01f' | false",
      "H264 mode=1 id='42e01f' | H264 mode=1 id='42001f' | false",
      "H264 mode=1 id='4d0032' | H264 mode=1 id='4d001f' | true",
      "H264 mode=1 id='4d0032' | H264 mode=1 id='rubbish' | false",
      "H264 id='640032' | H264 id=640032 | true",
      "H264 | H264 mode=0 id='42e01f' | true",
      "H264 mode='99999999999999' | H264 mode=0 | true",
  })
  void codecsMatchWhenOneCanDecodeTheOther(String a, String b, boolean matches) {
    assertEquals(matches, CodecMatch.matches(codec(a), codec(b)));
    assertEquals(matches, CodecMatch.matches(codec(b), codec(a)));
  }

  private static RtpCodecCapability codec(String text) {
    String[] words = text.replaceFirst("^([hH]264)", "video/$1 90000 0").replace(" mode=", " packetization-mode=")
        .replace(" id=", " profile-level-id=").split(" ");
    StringBuilder parameters = new StringBuilder();
    for (int i = 3; i < words.length; i++) {
      parameters.append(i == 3 ? "" : ",").append('\'').append(words[i].replaceFirst("=", "':"));
    }
    String channels = words[2].equals("0") ? "" : ",'channels':" + words[2];
    return RtpCodecCapability.fromJson(Captures.tree(Captures.parse("{'mimeType':'" + words[0] + "','clockRate':"
        + words[1] + channels + ",'parameters':{" + parameters + "}}")));
  }
}
