package io.plenum.simulation;

import io.plenum.media.router.Producer;
import java.util.List;

/** Something that a simulated peer captures and sends: frames at their times, as one stream or as several. */
public final class Publication {
  private static final int DESCRIPTOR_BYTES = 6;
  private static final int FRAME_HEADER_BYTES = 10;
  private static final int VIDEO_PAYLOAD_BYTES = 700;
  private static final int AUDIO_PAYLOAD_BYTES = 80;
  private static final int[][] TEMPORAL_PATTERN = {{0}, {0}, {0, 1}, {0, 2, 1, 2}};

  private final SimulatedPeer peer;
  private final Producer producer;
  private final boolean video;
  private final int temporalLayers;
  private final long intervalNs;
  private final int packetsPerFrame;
  private final List<PublishedStream> streams;
  private final int[] pictureIds;
  private final int[] tl0PictureIndexes;
  private int frame;
  private boolean stopped;
  private boolean muted;
  private int lowestLayerSent;
  private int highestLayerSent;

  Publication(SimulatedPeer peer, Producer producer, boolean video, int temporalLayers, long intervalNs,
      int packetsPerFrame, List<PublishedStream> streams) {
    this.peer = peer;
    this.producer = producer;
    this.video = video;
    this.temporalLayers = temporalLayers;
    this.intervalNs = intervalNs;
    this.packetsPerFrame = packetsPerFrame;
    this.streams = streams;
    this.pictureIds = new int[streams.size()];
    this.tl0PictureIndexes = new int[streams.size()];
    for (int i = 0; i < streams.size(); i++) {
      pictureIds[i] = 32_700 + 20 * i;
      tl0PictureIndexes[i] = 200 + i;
    }
    this.highestLayerSent = streams.size() - 1;
    peer.time().post(this::capture);
  }

  public Producer producer() {
    return producer;
  }

  public PublishedStream stream(int layer) {
    return streams.get(layer);
  }

  List<PublishedStream> streams() {
    return streams;
  }

  /** From now on key frames are made as {@link BrowserEncoder} does. */
  public void encodeAsBrowsers() {
    BrowserEncoder encoder = new BrowserEncoder(streams);
    streams.forEach(stream -> stream.encoder = encoder);
  }

  public int keyFrameRequests() {
    return streams.stream().mapToInt(stream -> stream.keyFrameRequestsNs.size()).sum();
  }

  /** Frames captured so far. */
  public int frames() {
    return frame;
  }

  /** Nothing is sent any more. */
  public void stop() {
    stopped = true;
  }

  /** As a browser whose track is disabled or whose producer is paused: silence, and a new beginning later. */
  public void mute(boolean isMuted) {
    muted = isMuted;
    streams.forEach(stream -> stream.keyFrameWanted = true);
  }

  /** As a browser that is short of bandwidth or CPU: higher streams fall silent. */
  public void sendLayersUpTo(int layer) {
    for (int i = highestLayerSent + 1; i <= layer; i++) {
      streams.get(i).keyFrameWanted = true;
    }
    highestLayerSent = layer;
  }

  /** As a browser whose lower encodings are not active. */
  public void sendLayersFrom(int layer) {
    for (int i = layer; i < lowestLayerSent; i++) {
      streams.get(i).keyFrameWanted = true;
    }
    lowestLayerSent = layer;
  }

  private void capture() {
    if (stopped) {
      return;
    }
    if (peer.isConnected() && !muted) {
      long captureNs = peer.nowNs();
      for (int layer = lowestLayerSent; layer <= highestLayerSent; layer++) {
        if (video) {
          sendPicture(layer, captureNs);
        } else {
          sendSound(captureNs);
        }
      }
      frame++;
    }
    peer.time().after(intervalNs, this::capture);
  }

  private void sendPicture(int layer, long captureNs) {
    PublishedStream stream = streams.get(layer);
    boolean key = stream.keyFrameWanted;
    stream.keyFrameWanted = false;
    int[] pattern = TEMPORAL_PATTERN[temporalLayers];
    int temporalLayer = key ? 0 : pattern[frame % pattern.length];
    pictureIds[layer] = pictureIds[layer] + 1 & 0x7fff;
    if (temporalLayer == 0) {
      tl0PictureIndexes[layer] = tl0PictureIndexes[layer] + 1 & 0xff;
    }
    int count = packetsPerFrame * (layer + 1) * (key ? 3 : 1);
    long timestamp = stream.timestampAt(captureNs);
    for (int i = 0; i < count; i++) {
      byte[] payload = new byte[VIDEO_PAYLOAD_BYTES + 11 * i % 97];
      writeDescriptor(payload, layer, temporalLayer, i == 0);
      writeFrameHeader(payload, key && i == 0, layer);
      int offset = DESCRIPTOR_BYTES + FRAME_HEADER_BYTES;
      new Content(layer, frame, i, count, captureNs).writeTo(payload, offset, payload.length - offset);
      boolean last = i == count - 1;
      // Encoders pace: the packets of a picture leave a little after each other, and before the next picture.
      peer.time().after(i * Math.min(200_000L, intervalNs / (count + 1)), () -> stream.send(payload, last, timestamp));
    }
  }

  /** RFC 7741 §4.2: X, then I, L and T with picture id of 15 bits, TL0PICIDX, TID and Y. */
  private void writeDescriptor(byte[] payload, int layer, int temporalLayer, boolean start) {
    payload[0] = (byte) (start ? 0x90 : 0x80);
    payload[1] = (byte) 0xe0;
    payload[2] = (byte) (0x80 | pictureIds[layer] >> 8);
    payload[3] = (byte) pictureIds[layer];
    payload[4] = (byte) tl0PictureIndexes[layer];
    payload[5] = (byte) (temporalLayer << 6 | 0x20);
  }

  /** RFC 6386 §9.1 */
  private static void writeFrameHeader(byte[] payload, boolean key, int layer) {
    int at = DESCRIPTOR_BYTES;
    payload[at] = (byte) (key ? 0x10 : 0x11);
    if (key) {
      payload[at + 3] = (byte) 0x9d;
      payload[at + 4] = 0x01;
      payload[at + 5] = 0x2a;
      payload[at + 7] = (byte) (layer + 1);
      payload[at + 9] = (byte) (layer + 1);
    }
  }

  private void sendSound(long captureNs) {
    byte[] payload = new byte[AUDIO_PAYLOAD_BYTES];
    new Content(0, frame, 0, 1, captureNs).writeTo(payload, 0, payload.length);
    PublishedStream stream = streams.get(0);
    stream.send(payload, frame == 0, stream.timestampAt(captureNs));
  }

  /** Where the content begins in a VP8 payload as this writes it. */
  static int videoContentOffset() {
    return DESCRIPTOR_BYTES + FRAME_HEADER_BYTES;
  }
}
