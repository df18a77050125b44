package io.plenum.media.transport;

import io.plenum.media.PlenumException;
import io.plenum.media.parameters.MediaKind;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerStream;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtp.SsrcTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the producer stream a packet belongs to: by SSRC; if that is new, by mid and rid (RFC 8843 §9.2, RFC 8852), and
 * then the SSRC is learnt. An SSRC, mid or rid belongs to one producer of the transport only.
 */
final class RtpListener {
  /** SSRCs one peer may make us learn. Real peers need fewer than 30; more is an error or an attack. */
  static final int MAX_LEARNT_SSRCS = 64;

  /** A stream, and whether the SSRC is its media or its repair. */
  static final class Route {
    final ProducerStream stream;
    final boolean rtx;
    /** What the stream's producer may send if it is sound; null if it is not, or if nobody is policed. */
    final MediaPolicer.Bucket audio;

    private Route(Entry entry, ProducerStream stream, boolean rtx) {
      this.stream = stream;
      this.rtx = rtx;
      this.audio = entry.audio;
    }
  }

  private static final class Entry {
    final Producer producer;
    final byte[] mid;
    final byte[][] rids;
    final MediaPolicer.Bucket audio;

    Entry(Producer producer, MediaPolicer policer) {
      this.producer = producer;
      this.audio = producer.kind() == MediaKind.AUDIO ? policer.forAudio() : null;
      this.mid = bytes(producer.rtpParameters().mid());
      this.rids = new byte[producer.streams().size()][];
      for (ProducerStream stream : producer.streams()) {
        rids[stream.index()] = bytes(stream.plan().rid());
      }
    }

    private static byte[] bytes(String text) {
      return text == null || text.isEmpty() ? null : text.getBytes(StandardCharsets.UTF_8);
    }
  }

  private final SsrcTable<Route> routes = new SsrcTable<>();
  private final List<Entry> entries = new ArrayList<>();
  private final MediaPolicer policer;
  private HeaderExtensionIds ids = new HeaderExtensionIds(List.of());
  private RtpDrop drop;

  RtpListener(MediaPolicer policer) {
    this.policer = policer;
  }

  /**
   * @throws PlenumException {@code invalid-ssrc}, {@code invalid-mid} or {@code invalid-rid} if another producer of the
   *     transport has the same, signalled or learnt; nothing is changed then
   */
  void add(Producer producer) {
    Entry entry = new Entry(producer, policer);
    for (ProducerStream stream : producer.streams()) {
      requireFree(stream.plan().ssrc());
      requireFree(stream.plan().rtxSsrc());
    }
    for (Entry other : entries) {
      if (entry.mid != null && Arrays.equals(entry.mid, other.mid)) {
        throw new PlenumException("invalid-mid", "another producer of this transport has the same mid");
      }
      if (entry.mid == null || other.mid == null) {
        requireOtherRids(entry, other);
      }
    }
    entries.add(entry);
    for (ProducerStream stream : producer.streams()) {
      if (stream.plan().ssrc() != null) {
        routes.put(stream.plan().ssrc(), new Route(entry, stream, false));
      }
      if (stream.plan().rtxSsrc() != null) {
        routes.put(stream.plan().rtxSsrc(), new Route(entry, stream, true));
      }
    }
    merge();
  }

  private void requireFree(Integer ssrc) {
    if (ssrc != null && routes.get(ssrc) != null) {
      throw new PlenumException("invalid-ssrc", "another producer of this transport has the ssrc "
          + Integer.toUnsignedLong(ssrc));
    }
  }

  private static void requireOtherRids(Entry entry, Entry other) {
    for (byte[] rid : entry.rids) {
      for (byte[] taken : other.rids) {
        if (rid != null && Arrays.equals(rid, taken)) {
          throw new PlenumException("invalid-rid",
              "another producer of this transport has the same rid, and mids do not tell them apart");
        }
      }
    }
  }

  void remove(Producer producer) {
    entries.removeIf(entry -> entry.producer == producer);
    List<Route> rest = new ArrayList<>();
    List<Integer> ssrcs = new ArrayList<>();
    routes.forEachEntry((ssrc, route) -> {
      if (!producer.streams().contains(route.stream)) {
        rest.add(route);
        ssrcs.add(ssrc);
      }
    });
    routes.clear();
    for (int i = 0; i < rest.size(); i++) {
      routes.put(ssrcs.get(i), rest.get(i));
    }
    merge();
  }

  /** A transport has one id space (RFC 8285 §5, BUNDLE): the ids of all producers together. */
  private void merge() {
    ids = new HeaderExtensionIds(
        entries.stream().flatMap(entry -> entry.producer.rtpParameters().headerExtensions().stream()).toList());
  }

  /** The publisher's extension ids on this transport. */
  HeaderExtensionIds ids() {
    return ids;
  }

  /** Where an SSRC that is known belongs, or null. */
  Route known(int ssrc) {
    return routes.get(ssrc);
  }

  /** Where the packet belongs, or null; then {@link #drop} says why. */
  Route find(RtpPacket packet) {
    Route route = routes.get(packet.ssrc());
    return route != null ? route : learn(packet);
  }

  RtpDrop drop() {
    return drop;
  }

  private Route learn(RtpPacket packet) {
    drop = RtpDrop.UNKNOWN_STREAM;
    boolean hasMid = packet.hasExtension(ids.mid);
    Route found = null;
    for (Entry entry : entries) {
      if (hasMid && entry.mid != null && !matches(packet, ids.mid, entry.mid)) {
        continue;
      }
      for (ProducerStream stream : entry.producer.streams()) {
        Route route = match(packet, entry, stream);
        if (route != null && found != null) {
          // Two producers have this rid and the packet has no mid: a guess could give one's picture to the other.
          return null;
        }
        found = route != null ? route : found;
      }
    }
    return found == null ? null : remember(packet.ssrc(), found);
  }

  private Route match(RtpPacket packet, Entry entry, ProducerStream stream) {
    byte[] rid = entry.rids[stream.index()];
    boolean media = packet.payloadType() == stream.plan().payloadType();
    boolean rtx = packet.payloadType() == stream.plan().rtxPayloadType();
    if (rid != null) {
      if (media && matches(packet, ids.rid, rid) && stream.plan().ssrc() == null) {
        return new Route(entry, stream, false);
      }
      return rtx && matches(packet, ids.repairedRid, rid) ? new Route(entry, stream, true) : null;
    }
    if (entry.mid == null || !packet.hasExtension(ids.mid) || entry.producer.streams().size() > 1) {
      return null;
    }
    if (media && stream.plan().ssrc() == null) {
      return new Route(entry, stream, false);
    }
    return rtx && stream.plan().rtxSsrc() == null ? new Route(entry, stream, true) : null;
  }

  private Route remember(int ssrc, Route route) {
    if (routes.size() >= MAX_LEARNT_SSRCS) {
      drop = RtpDrop.TOO_MANY_SSRCS;
      return null;
    }
    if (route.rtx) {
      route.stream.learnRtxSsrc(ssrc);
    } else if (!route.stream.started()) {
      route.stream.begin(ssrc);
    } else {
      // The publisher's stream has another SSRC than before: a new sender under the same rid would need a new producer.
      return null;
    }
    routes.put(ssrc, route);
    return route;
  }

  private static boolean matches(RtpPacket packet, int extensionId, byte[] wanted) {
    int offset = packet.extensionOffset(extensionId);
    return offset >= 0
        && Arrays.equals(packet.bytes(), offset, offset + packet.extensionLength(extensionId), wanted, 0, wanted.length);
  }
}
