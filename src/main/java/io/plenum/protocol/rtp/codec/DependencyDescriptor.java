package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.TimestampUnwrapper;
import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;

/**
 * The dependency descriptor extension (RTP payload format for AV1, appendix A): which layers a packet's frame is in and
 * what it depends on, for any codec. One object per stream: it keeps the stream's latest template structure, and shows
 * the packet parsed last. Without the structure (its packet was lost) only the frame's number and borders are known:
 * then {@link #isResolved} is false.
 */
public final class DependencyDescriptor {
  /** Decode target indication: the frame is not part of the decode target. */
  public static final int DTI_NOT_PRESENT = 0;
  /** Part of it, and no later frame of it depends on this one. */
  public static final int DTI_DISCARDABLE = 1;
  /** Part of it, and from here on it can be decoded by whoever had a lower one. */
  public static final int DTI_SWITCH = 2;
  public static final int DTI_REQUIRED = 3;

  /** A frame refers to few others: AV1 has 7 references. */
  public static final int MAX_FRAME_DIFFS = 16;

  /** So many frames back it is remembered what a frame was, a power of two. Encoders look back less than 40. */
  private static final int REMEMBERED_FRAMES = 128;

  private static final int REMEMBERED = 1 << 16;
  private static final int MANDATORY_BYTES = 3;
  /**
   * A packet up to so many before the structure's packet, and not much older, was overtaken by it and must not bring an older
   * structure back. From further away the sender began anew, or the numbers have come round.
   */
  private static final int REORDER_PACKETS = 1_000;

  private final BitReader in = new BitReader();
  private DependencyStructure structure = new DependencyStructure();
  private DependencyStructure spare = new DependencyStructure();
  private boolean hasStructure;
  private int structureSequenceNumber;
  private int structureTimestamp;
  private int activeDecodeTargets;
  private int activeSequenceNumber;
  private int activeTimestamp;

  /** The structure that the packet parsed last refers to. */
  private DependencyStructure frameStructure = structure;
  private boolean frameStart;
  private boolean frameEnd;
  private int frameNumber;
  private boolean structureAttached;
  private boolean resolved;
  private int template;
  private long indications;
  private final int[] frameDiffs = new int[MAX_FRAME_DIFFS];
  private int frameDiffCount;
  private int timestamp;
  /** By the lowest bits of the frame number: the number with {@link #REMEMBERED} above, or 0. */
  private final int[] rememberedFrames = new int[REMEMBERED_FRAMES];
  private final int[] rememberedTimestamps = new int[REMEMBERED_FRAMES];
  private final byte[] rememberedTemporalLayers = new byte[REMEMBERED_FRAMES];

  /** Reads a packet's extension. Returns why it is malformed, and then the stream's state is as it was; or null. */
  public Malformed parse(RtpPacket packet, int extensionId) {
    if (!packet.hasExtension(extensionId)) {
      return Malformed.MISSING_FIELD;
    }
    return parse(packet.bytes(), packet.extensionOffset(extensionId), packet.extensionLength(extensionId),
        packet.sequenceNumber(), packet.timestamp());
  }

  /** As above, for the extension's bytes. */
  Malformed parse(byte[] bytes, int offset, int length, int sequenceNumber, long rtpTimestamp) {
    timestamp = (int) rtpTimestamp;
    resolved = false;
    structureAttached = false;
    if (length < MANDATORY_BYTES) {
      return Malformed.TOO_SHORT;
    }
    frameStart = (bytes[offset] & 0x80) != 0;
    frameEnd = (bytes[offset] & 0x40) != 0;
    int templateId = bytes[offset] & 0x3f;
    frameNumber = Bytes.u16(bytes, offset + 1);
    in.reset(bytes, offset + MANDATORY_BYTES, length - MANDATORY_BYTES);

    boolean extended = length > MANDATORY_BYTES;
    boolean attached = extended && in.readFlag();
    boolean activeTargetsPresent = extended && in.readFlag();
    boolean customIndications = extended && in.readFlag();
    boolean customFrameDiffs = extended && in.readFlag();
    boolean customChains = extended && in.readFlag();
    frameStructure = structure;
    if (attached) {
      Malformed wrong = spare.read(in);
      if (wrong != null) {
        return wrong;
      }
      frameStructure = spare;
    } else if (!hasStructure) {
      return null;
    }
    int index = frameStructure.templateIndex(templateId);
    if (index < 0) {
      return attached ? Malformed.WRONG_VALUE : null;
    }
    int active = activeTargetsPresent ? in.read(frameStructure.decodeTargets) : frameStructure.allDecodeTargets();
    Malformed wrong = readFrame(index, customIndications, customFrameDiffs);
    if (wrong != null) {
      return wrong;
    }
    if (customChains) {
      in.skip(8 * frameStructure.chains);
    }
    if (in.overran()) {
      return Malformed.TOO_SHORT;
    }
    resolved = true;
    structureAttached = attached;
    keep(attached, activeTargetsPresent, active, sequenceNumber);
    int slot = frameNumber & REMEMBERED_FRAMES - 1;
    rememberedFrames[slot] = REMEMBERED | frameNumber;
    rememberedTimestamps[slot] = timestamp;
    rememberedTemporalLayers[slot] = (byte) temporalLayer();
    return null;
  }

  /** The frame is as its template says, but for what the descriptor says otherwise. */
  private Malformed readFrame(int index, boolean customIndications, boolean customFrameDiffs) {
    template = index;
    indications = customIndications ? frameStructure.readIndications(in) : frameStructure.indications[index];
    frameDiffCount = 0;
    if (customFrameDiffs) {
      for (int size = in.read(2); size != 0; size = in.read(2)) {
        if (frameDiffCount == MAX_FRAME_DIFFS) {
          return Malformed.TOO_MANY;
        }
        frameDiffs[frameDiffCount++] = in.read(4 * size) + 1;
      }
      return null;
    }
    for (int rest = frameStructure.frameDiffs[index]; rest != 0; rest &= rest - 1) {
      frameDiffs[frameDiffCount++] = Integer.numberOfTrailingZeros(rest) + 1;
    }
    return null;
  }

  private void keep(boolean attached, boolean activeTargetsPresent, int active, int sequenceNumber) {
    if (attached && !(hasStructure && isOvertaken(sequenceNumber, structureSequenceNumber, structureTimestamp))) {
      spare = structure;
      structure = frameStructure;
      structureSequenceNumber = sequenceNumber;
      structureTimestamp = timestamp;
      hasStructure = true;
      activeDecodeTargets = active;
      activeSequenceNumber = sequenceNumber;
      activeTimestamp = timestamp;
    } else if (activeTargetsPresent && !isOvertaken(sequenceNumber, activeSequenceNumber, activeTimestamp)) {
      activeDecodeTargets = active;
      activeSequenceNumber = sequenceNumber;
      activeTimestamp = timestamp;
    }
  }

  private boolean isOvertaken(int sequenceNumber, int latest, int latestTimestamp) {
    int behind = latest - sequenceNumber & 0xffff;
    int ticks = latestTimestamp - timestamp;
    return behind > 0 && behind < REORDER_PACKETS && ticks >= 0 && ticks <= TimestampUnwrapper.MAX_LATE_TICKS;
  }

  /** First packet of its frame. A frame is one spatial layer of a picture. */
  public boolean frameStart() {
    return frameStart;
  }

  /** Last packet of its frame. */
  public boolean frameEnd() {
    return frameEnd;
  }

  /** 16 bits; each frame of each layer has its own. */
  public int frameNumber() {
    return frameNumber;
  }

  /** False if the structure that the packet refers to is not known; then only what is above may be asked. */
  public boolean isResolved() {
    return resolved;
  }

  /** The packet brought a template structure: it is the first of a key frame. */
  public boolean structureAttached() {
    return structureAttached;
  }

  public int spatialLayer() {
    return frameStructure.spatialIds[template];
  }

  public int temporalLayer() {
    return frameStructure.temporalIds[template];
  }

  /** How many decode targets the stream has, up to 32. */
  public int decodeTargets() {
    return frameStructure.decodeTargets;
  }

  /** What the frame is to that decode target: one of the four {@code DTI_} values. */
  public int indication(int decodeTarget) {
    return (int) (indications >> DependencyStructure.DTI_BITS * decodeTarget) & 3;
  }

  public int decodeTargetSpatialLayer(int decodeTarget) {
    return frameStructure.targetSpatialIds[decodeTarget];
  }

  public int decodeTargetTemporalLayer(int decodeTarget) {
    return frameStructure.targetTemporalIds[decodeTarget];
  }

  /** Bit n is set while the sender sends what decode target n needs. Stays so until a packet says otherwise. */
  public int activeDecodeTargets() {
    return activeDecodeTargets;
  }

  /** On how many frames this one depends directly. */
  public int frameDiffCount() {
    return frameDiffCount;
  }

  /** How many frames before this one the i-th of those is: 1…4096. */
  public int frameDiff(int i) {
    return frameDiffs[i];
  }

  /** True if the frame depends on an earlier picture, not just on lower spatial layers of its own. */
  public boolean interPicturePredicted() {
    for (int i = 0; i < frameDiffCount; i++) {
      if (isOfEarlierPicture(frameDiffs[i])) {
        return true;
      }
    }
    return false;
  }

  /**
   * True if a receiver of lower temporal layers may begin to receive this one's here: the sender says so, or the frame
   * depends on no earlier picture but of the lowest temporal layer, which is what VP8's Y says. (In L1T3 as Chromium
   * sends it, only the lowest layer's frames are marked as switch points; the others are discardable.)
   */
  public boolean switchingUpPoint() {
    for (int target = 0; target < decodeTargets(); target++) {
      if (decodeTargetSpatialLayer(target) == spatialLayer() && decodeTargetTemporalLayer(target) == temporalLayer()
          && indication(target) == DTI_SWITCH) {
        return true;
      }
    }
    for (int i = 0; i < frameDiffCount; i++) {
      if (isOfEarlierPicture(frameDiffs[i]) && !isOfLowestTemporalLayer(frameDiffs[i])) {
        return false;
      }
    }
    return true;
  }

  /** All frames of a picture have the same timestamp. */
  private boolean isOfEarlierPicture(int frameDiff) {
    int slot = frameNumber - frameDiff & REMEMBERED_FRAMES - 1;
    if (isRemembered(slot, frameDiff)) {
      return rememberedTimestamps[slot] != timestamp;
    }
    // Lost, or too long ago. A picture has one frame per spatial layer: no more of them below than this layer's number.
    return frameDiff > spatialLayer();
  }

  private boolean isOfLowestTemporalLayer(int frameDiff) {
    int slot = frameNumber - frameDiff & REMEMBERED_FRAMES - 1;
    return isRemembered(slot, frameDiff) && rememberedTemporalLayers[slot] == 0;
  }

  private boolean isRemembered(int slot, int frameDiff) {
    return rememberedFrames[slot] == (REMEMBERED | frameNumber - frameDiff & 0xffff);
  }

  /** Of the frame's spatial layer, in pixels, or 0 if the structure does not say. */
  public int width() {
    return frameStructure.widths[spatialLayer()];
  }

  public int height() {
    return frameStructure.heights[spatialLayer()];
  }
}
