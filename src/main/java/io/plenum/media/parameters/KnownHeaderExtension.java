package io.plenum.media.parameters;

import static io.plenum.media.parameters.RtpHeaderExtensionDirection.RECVONLY;
import static io.plenum.media.parameters.RtpHeaderExtensionDirection.SENDRECV;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The RTP header extensions that a router understands, with the id that each has inside the router and towards
 * consumers, and the direction the router announces for either kind: {@code recvonly} goes from publishers to us and
 * no further.
 */
public enum KnownHeaderExtension {
  MID(1, "urn:ietf:params:rtp-hdrext:sdes:mid", SENDRECV, SENDRECV),
  RTP_STREAM_ID(2, "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", null, RECVONLY),
  REPAIRED_RTP_STREAM_ID(3, "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", null, RECVONLY),
  ABS_SEND_TIME(4, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", SENDRECV, SENDRECV),
  /** Publishers number their audio, so that the estimate covers all they send; to consumers only video is numbered. */
  TRANSPORT_WIDE_CC(5, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", RECVONLY, SENDRECV),
  SSRC_AUDIO_LEVEL(6, "urn:ietf:params:rtp-hdrext:ssrc-audio-level", SENDRECV, null),
  /**
   * Where the layers of AV1 and H264 are. Announced {@code recvonly}, for all of video, because clients negotiate
   * header extensions per kind and not per codec, and AV1 cannot do without.
   *
   * <p>The price is known: once Chromium has it, it strips PictureID, TL0PICIDX and TID from the VP8 descriptor
   * (measured, simulcast). So for every codec the layers of a packet come from the descriptor when the packet has one,
   * and VP8's picture ids are rewritten only where they exist. Consumers do not need them: without them a receiver
   * orders frames by sequence number, which stays without holes when we drop layers or switch streams.
   *
   * <p>Consumers do not get it: the descriptor names frame numbers and decode targets that would have to be rewritten
   * for each of them. So of AV1 they get the lowest spatial layer alone. Pipes do, because the next router needs the layers.
   */
  DEPENDENCY_DESCRIPTOR(7, "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
      null, RECVONLY),
  VIDEO_ORIENTATION(8, "urn:3gpp:video-orientation", null, SENDRECV),
  TIME_OFFSET(9, "urn:ietf:params:rtp-hdrext:toffset", null, SENDRECV),
  /** Consumers get it only when the producer has it. */
  ABS_CAPTURE_TIME(10, "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time", SENDRECV, SENDRECV),
  PLAYOUT_DELAY(11, "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", SENDRECV, SENDRECV);

  private static final Map<String, KnownHeaderExtension> BY_URI = Arrays.stream(values())
      .collect(Collectors.toUnmodifiableMap(KnownHeaderExtension::uri, Function.identity()));

  private final int id;
  private final String uri;
  private final RtpHeaderExtensionDirection audio;
  private final RtpHeaderExtensionDirection video;

  KnownHeaderExtension(int id, String uri, RtpHeaderExtensionDirection audio, RtpHeaderExtensionDirection video) {
    this.id = id;
    this.uri = uri;
    this.audio = audio;
    this.video = video;
  }

  /** Inside the router and towards consumers: 1 to 14, so that the one-byte form holds it. */
  public int id() {
    return id;
  }

  public String uri() {
    return uri;
  }

  /** As the router announces it, or null when this kind of media does not have it. */
  public RtpHeaderExtensionDirection direction(MediaKind kind) {
    return kind == MediaKind.AUDIO ? audio : video;
  }

  /** Null when it is none of these. */
  public static KnownHeaderExtension ofUri(String uri) {
    return BY_URI.get(uri);
  }

  /** As the router announces them: by id, audio before video. */
  static List<RtpHeaderExtension> announced() {
    return Arrays.stream(values())
        .flatMap(extension -> Arrays.stream(MediaKind.values())
            .filter(kind -> extension.direction(kind) != null)
            .map(kind -> new RtpHeaderExtension(kind, extension.uri, extension.id, false, extension.direction(kind))))
        .toList();
  }

  RtpHeaderExtensionParameters parameters() {
    return new RtpHeaderExtensionParameters(uri, id, false, Map.of());
  }
}
