package io.plenum.protocol.rtp.codec;

import io.plenum.protocol.wire.Malformed;

/**
 * The template dependency structure of a dependency descriptor (RTP payload format for AV1, appendix A): what kinds of
 * frames a coded video sequence has. The descriptors of later frames refer to its templates. Allocated once, filled again and
 * again.
 */
final class DependencyStructure {
  /** Template ids have 6 bits. */
  static final int MAX_TEMPLATES = 64;
  /** Their count less one has 5 bits. */
  static final int MAX_DECODE_TARGETS = 32;
  /** AV1 has 2 bits for the id, and no other codec here makes more. */
  static final int MAX_SPATIAL_LAYERS = 4;
  /** AV1 has 3 bits for the id. */
  static final int MAX_TEMPORAL_LAYERS = 8;

  /** Decode target indications have 2 bits, so those of one frame fit a long. */
  static final int DTI_BITS = 2;

  int templateIdOffset;
  int templates;
  int decodeTargets;
  int chains;
  final byte[] spatialIds = new byte[MAX_TEMPLATES];
  final byte[] temporalIds = new byte[MAX_TEMPLATES];
  /** Bits 2n and 2n+1: the indication for decode target n. */
  final long[] indications = new long[MAX_TEMPLATES];
  /** Bit n set: the frame depends on the one n + 1 frames before. */
  final int[] frameDiffs = new int[MAX_TEMPLATES];
  final byte[] targetSpatialIds = new byte[MAX_DECODE_TARGETS];
  final byte[] targetTemporalIds = new byte[MAX_DECODE_TARGETS];
  final int[] widths = new int[MAX_SPATIAL_LAYERS];
  final int[] heights = new int[MAX_SPATIAL_LAYERS];

  /** Reads the structure. Returns why it is malformed, and then what is here means nothing; or null. */
  Malformed read(BitReader in) {
    templateIdOffset = in.read(6);
    decodeTargets = in.read(5) + 1;
    Malformed wrong = readLayers(in);
    if (wrong != null) {
      return wrong;
    }
    for (int template = 0; template < templates; template++) {
      indications[template] = readIndications(in);
    }
    for (int template = 0; template < templates; template++) {
      frameDiffs[template] = 0;
      while (in.readFlag()) {
        frameDiffs[template] |= 1 << in.read(4);
      }
    }
    chains = in.readNonSymmetric(decodeTargets + 1);
    if (chains > 0) {
      // Which chain protects which target, and how far back a chain's last frame is: nothing a router needs.
      for (int target = 0; target < decodeTargets; target++) {
        in.readNonSymmetric(chains);
      }
      in.skip(4 * templates * chains);
    }
    findTargetLayers();
    readResolutions(in);
    return in.overran() ? Malformed.TOO_SHORT : null;
  }

  private Malformed readLayers(BitReader in) {
    int spatialId = 0;
    int temporalId = 0;
    templates = 0;
    while (true) {
      if (in.overran()) {
        return Malformed.TOO_SHORT;
      }
      if (templates == MAX_TEMPLATES) {
        return Malformed.TOO_MANY;
      }
      spatialIds[templates] = (byte) spatialId;
      temporalIds[templates] = (byte) temporalId;
      templates++;
      switch (in.read(2)) {
        case 0 -> { }
        case 1 -> temporalId++;
        case 2 -> {
          temporalId = 0;
          spatialId++;
        }
        default -> {
          return null;
        }
      }
      if (spatialId == MAX_SPATIAL_LAYERS || temporalId == MAX_TEMPORAL_LAYERS) {
        return Malformed.WRONG_VALUE;
      }
    }
  }

  /** One frame's indications for all decode targets. */
  long readIndications(BitReader in) {
    long all = 0;
    for (int target = 0; target < decodeTargets; target++) {
      all |= (long) in.read(DTI_BITS) << DTI_BITS * target;
    }
    return all;
  }

  /** A decode target has the highest layers of the frames that are in it. */
  private void findTargetLayers() {
    for (int target = 0; target < decodeTargets; target++) {
      int spatialId = 0;
      int temporalId = 0;
      for (int template = 0; template < templates; template++) {
        if ((indications[template] >> DTI_BITS * target & 3) != DependencyDescriptor.DTI_NOT_PRESENT) {
          spatialId = Math.max(spatialId, spatialIds[template]);
          temporalId = Math.max(temporalId, temporalIds[template]);
        }
      }
      targetSpatialIds[target] = (byte) spatialId;
      targetTemporalIds[target] = (byte) temporalId;
    }
  }

  private void readResolutions(BitReader in) {
    boolean present = in.readFlag();
    int highest = spatialIds[templates - 1];
    for (int spatialId = 0; spatialId < MAX_SPATIAL_LAYERS; spatialId++) {
      boolean has = present && spatialId <= highest;
      widths[spatialId] = has ? in.read(16) + 1 : 0;
      heights[spatialId] = has ? in.read(16) + 1 : 0;
    }
  }

  int allDecodeTargets() {
    return decodeTargets == MAX_DECODE_TARGETS ? -1 : (1 << decodeTargets) - 1;
  }

  /** Which template an id means, or -1 if none: the descriptor speaks of another structure. */
  int templateIndex(int templateId) {
    int index = templateId - templateIdOffset & MAX_TEMPLATES - 1;
    return index < templates ? index : -1;
  }
}
