package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.wire.Malformed;

/**
 * A codec's payload with a {@link DependencyDescriptor} beside it. Where a packet has one, it is believed rather than
 * the payload: with it Chromium leaves the layers out of VP8's descriptor, and it can be read when the payload is
 * encrypted end to end.
 */
public final class DescribedPayload implements PayloadParser {
  private final PayloadParser codec;
  private final int extensionId;
  private final DependencyDescriptor descriptor = new DependencyDescriptor();

  /** @param extensionId of the dependency descriptor, as negotiated with the sender */
  public DescribedPayload(PayloadParser codec, int extensionId) {
    this.codec = codec;
    this.extensionId = extensionId;
  }

  @Override
  public Malformed parse(RtpPacket packet, PayloadInfo info) {
    Malformed wrong = codec.parse(packet, info);
    if (wrong != null || packet.payloadLength() == 0 || !packet.hasExtension(extensionId)) {
      return wrong;
    }
    wrong = descriptor.parse(packet, extensionId);
    if (wrong != null) {
      return wrong;
    }
    info.frameStart = descriptor.frameStart();
    info.frameEnd = descriptor.frameEnd();
    if (descriptor.isResolved()) {
      describe(info);
    } else {
      // VP9 has its layers in the payload too, and always.
      info.layersUnknown = !(codec instanceof Vp9Payload);
    }
    return null;
  }

  /**
   * Reads the descriptor of a packet again whose layers were unknown, after another structure has come.
   *
   * @param bytes the extension's, from {@code offset} on
   * @param info of that packet
   * @return false if they are still unknown; then {@code info} is as it was
   */
  public boolean parseAgain(
      byte[] bytes, int offset, int length, int sequenceNumber, long timestamp, PayloadInfo info) {
    if (descriptor.parse(bytes, offset, length, sequenceNumber, timestamp) != null || !descriptor.isResolved()) {
      return false;
    }
    describe(info);
    return true;
  }

  private void describe(PayloadInfo info) {
    info.layersUnknown = false;
    info.keyFrame = descriptor.structureAttached();
    info.spatialLayer = descriptor.spatialLayer();
    info.temporalLayer = descriptor.temporalLayer();
    info.switchingUpPoint = descriptor.switchingUpPoint();
    info.interPicturePredicted = descriptor.interPicturePredicted();
    if (!info.keyFrame || info.width == 0) {
      info.width = info.keyFrame ? descriptor.width() : 0;
      info.height = info.keyFrame ? descriptor.height() : 0;
    }
  }

  /** What it says about the packet parsed last. */
  public DependencyDescriptor descriptor() {
    return descriptor;
  }
}
