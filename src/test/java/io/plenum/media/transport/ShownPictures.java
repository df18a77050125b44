package io.plenum.media.transport;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.codec.PayloadInfo;
import io.plenum.protocol.rtp.codec.Vp9Payload;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Pictures that a decoder makes of the packets of a {@link SimulatedSvcPublisher}, each of them a frame that names those it needs: a
 * picture is shown when its last packet has the marker and all it needs was decoded.
 */
final class ShownPictures {
  private record Shown(int layer, long capturedNs) {}

  private final List<Shown> shown = new ArrayList<>();

  private ShownPictures() {}

  static ShownPictures of(List<byte[]> packets) {
    ShownPictures pictures = new ShownPictures();
    RtpPacket packet = new RtpPacket();
    PayloadInfo payload = new PayloadInfo();
    Vp9Payload parser = new Vp9Payload();
    Set<Long> decoded = new HashSet<>();
    for (byte[] bytes : packets) {
      packet.parse(bytes, 0, bytes.length);
      if (packet.payloadLength() == 0 || parser.parse(packet, payload) != null) {
        continue;
      }
      SimulatedSvcPublisher.Frame frame = SimulatedSvcPublisher.Frame.read(packet);
      if (frame.needs().stream().allMatch(decoded::contains)) {
        decoded.add(frame.id());
        if (packet.marker()) {
          pictures.shown.add(new Shown(payload.spatialLayer, frame.capturedNs()));
        }
      }
    }
    return pictures;
  }

  /** Spatial layer of the last picture, -1 if there is none. */
  int layer() {
    return shown.isEmpty() ? -1 : shown.get(shown.size() - 1).layer;
  }

  long lastCapturedNs() {
    return shown.get(shown.size() - 1).capturedNs;
  }

  /** Between two pictures, by the time at which they were captured. */
  long longestPauseNs(long fromNs) {
    long longest = 0;
    for (int i = 1; i < shown.size(); i++) {
      if (shown.get(i).capturedNs >= fromNs) {
        longest = Math.max(longest, shown.get(i).capturedNs - shown.get(i - 1).capturedNs);
      }
    }
    return longest;
  }
}
