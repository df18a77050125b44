package io.plenum.simulation;

import io.plenum.simulation.ReceivedTrack.Arrived;
import java.util.ArrayList;
import java.util.List;

/**
 * What a decoder would make of the packets of a track, in order: whole pictures from a key frame on. Any fault that a
 * router could have brought in is an {@link AssertionError}: a picture in pieces, a picture id or TL0PICIDX that does
 * not go on, a timestamp that does not grow, another stream that does not begin with a key frame.
 */
public final class DecodedVideo {
  public record Picture(int layer, int temporalLayer, int frame, boolean key, long timestamp, long arrivedNs,
      long captureNs) {}

  public final List<Picture> pictures = new ArrayList<>();
  /** Sequence numbers between the first and the last packet that never came, nor an empty packet in their place. */
  public long missing;
  /** Pictures that could not be decoded because of that. */
  public long broken;
  public long empty;

  private final String name;
  private boolean decoding;
  private long emptyBefore;
  private Arrived previous;
  private Arrived previousStart;

  private DecodedVideo(String name) {
    this.name = name;
  }

  static DecodedVideo of(ReceivedTrack track, String name) {
    DecodedVideo video = new DecodedVideo(name);
    List<Arrived> picture = new ArrayList<>();
    long expected = -1;
    for (Arrived packet : track.packets.values()) {
      if (expected >= 0 && packet.sequence() != expected) {
        video.missing += packet.sequence() - expected;
        video.breakOff(picture);
      }
      expected = packet.sequence() + 1;
      if (packet.content() == null) {
        video.empty++;
        continue;
      }
      if (packet.start()) {
        if (!picture.isEmpty()) {
          video.breakOff(picture);
        }
        picture.add(packet);
      } else if (!picture.isEmpty()) {
        picture.add(packet);
      } else if (video.decoding) {
        throw new AssertionError(name + ": a picture without its first packet at " + packet);
      }
      if (packet.marker() && !picture.isEmpty()) {
        video.decode(picture);
        picture.clear();
      }
    }
    return video;
  }

  private void breakOff(List<Arrived> picture) {
    broken += picture.isEmpty() ? 0 : 1;
    picture.clear();
    decoding = false;
  }

  private void decode(List<Arrived> picture) {
    Arrived first = picture.get(0);
    if (!decoding && !first.key()) {
      broken++;
      return;
    }
    for (int i = 0; i < picture.size(); i++) {
      Arrived packet = picture.get(i);
      Content content = packet.content();
      check(content.index() == i && content.frame() == first.content().frame()
          && content.layer() == first.content().layer(), "packets of two pictures in one", packet);
      check(packet.timestamp() == first.timestamp() && packet.pictureId() == first.pictureId(),
          "two timestamps or ids in one picture", packet);
    }
    check(first.content().count() == picture.size(), "a picture that is not whole", first);
    if (decoding && previous != null) {
      check((int) (first.timestamp() - previousStart.timestamp()) > 0, "a timestamp that does not grow", first);
      // Where a number was kept for a packet that was lost, and then was not wanted, its picture had an id too.
      int idsLeftOut = (first.pictureId() - previousStart.pictureId() & 0x7fff) - 1;
      check(idsLeftOut >= 0 && idsLeftOut <= empty - emptyBefore, "picture ids with a gap", first);
      int tl0Step = first.tl0PictureIndex() - previousStart.tl0PictureIndex() & 0xff;
      check(tl0Step == (first.temporalLayer() == 0 ? 1 : 0), "a TL0PICIDX that does not go on", first);
      boolean sameLayer = first.content().layer() == previousStart.content().layer();
      check(sameLayer || first.key(), "another stream without a key frame", first);
      check(first.content().captureNs() >= previousStart.content().captureNs() || !sameLayer, "back in time", first);
    }
    decoding = true;
    emptyBefore = empty;
    previousStart = first;
    previous = picture.get(picture.size() - 1);
    long arrivedNs = picture.stream().mapToLong(Arrived::arrivedNs).max().orElseThrow();
    pictures.add(new Picture(first.content().layer(), first.temporalLayer(), first.content().frame(), first.key(),
        first.timestamp(), arrivedNs, first.content().captureNs()));
  }

  private void check(boolean holds, String what, Arrived packet) {
    if (!holds) {
      throw new AssertionError(name + ": " + what + ": " + packet + " after " + previousStart);
    }
  }

  public long pictures(int layer) {
    return pictures.stream().filter(picture -> picture.layer == layer).count();
  }

  public List<Picture> arrivedBetween(long fromNs, long toNs) {
    return pictures.stream().filter(p -> p.arrivedNs >= fromNs && p.arrivedNs < toNs).toList();
  }
}
