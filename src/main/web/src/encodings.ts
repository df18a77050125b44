import type { types } from 'mediasoup-client';
import type { VideoCodec } from './options';

export type VideoSource = 'video' | 'screensharing';

/** Enough for a good 720p picture with each of the codecs; a person's uplink is rarely wider. */
const CAMERA_BITRATE = 1_500_000;
/** Text must stay sharp: a shared screen may take more, and has few frames to spend it on. */
const SCREEN_BITRATE = 2_500_000;

/** Three simulcast layers, each half as wide and high as the next. Bits per second. */
const SIMULCAST_BITRATES = [150_000, 500_000, CAMERA_BITRATE] as const;

/** The codec to send: the wanted one, else the first that both sides know. */
export function chooseVideoCodec(
  capabilities: types.RtpCapabilities,
  wanted: VideoCodec | null,
): types.RtpCodecCapability | undefined {
  const codecs = (capabilities.codecs ?? []).filter(
    (codec) => codec.kind === 'video' && !codec.mimeType.toLowerCase().endsWith('/rtx'),
  );
  return wanted ? codecs.find((codec) => codec.mimeType.toLowerCase() === `video/${wanted.toLowerCase()}`) : codecs[0];
}

/**
 * The encodings of one video: simulcast where the codec has no spatial layers of its own (VP8, H264), SVC where it has
 * (VP9). AV1 has them too, but Chromium decodes them only with the dependency descriptor beside each packet, which
 * receivers do not get here: so it is sent in temporal layers only.
 *
 * @param mimeType of the codec that will be sent, such as `video/VP8`
 * @param layered false for a single stream with a single layer
 * @param svc whether this browser can encode spatial layers into one stream (Firefox cannot)
 */
export function videoEncodings(
  source: VideoSource,
  mimeType: string,
  layered: boolean,
  svc: boolean,
): types.RtpEncodingParameters[] {
  const maxBitrate = source === 'video' ? CAMERA_BITRATE : SCREEN_BITRATE;
  const codec = mimeType.toLowerCase();
  if (codec === 'video/vp9' || codec === 'video/av1') {
    if (!layered || !svc) {
      return [{ maxBitrate, scalabilityMode: 'L1T1' }];
    }
    // A screen keeps its full size and gives up frames instead; a camera gives up size first.
    return [{ maxBitrate, scalabilityMode: source === 'video' && codec === 'video/vp9' ? 'L3T3_KEY' : 'L1T3' }];
  }
  // H264's temporal layers cannot be told apart from the outside, so nobody could drop one.
  const scalabilityMode = codec === 'video/vp8' && layered ? 'L1T3' : 'L1T1';
  if (!layered || source === 'screensharing') {
    return [{ maxBitrate, scalabilityMode }];
  }
  return SIMULCAST_BITRATES.map((bitrate, layer) => ({
    scaleResolutionDownBy: 2 ** (SIMULCAST_BITRATES.length - 1 - layer),
    maxBitrate: bitrate,
    scalabilityMode,
  }));
}
