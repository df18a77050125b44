package io.plenum.media.router;

import io.plenum.media.router.RouterListener.AudioLevel;
import io.plenum.media.stream.RoutedPacket;
import io.plenum.protocol.wire.Bytes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Who speaks: averages the level that publishers write in each audio packet (RFC 6464) and reports the loudest, as
 * mediasoup's AudioLevelObserver does.
 */
final class AudioLevels {
  /** As mediasoup-demo's rooms. */
  static final long INTERVAL_NS = 800_000_000L;
  /** Quieter is background. */
  static final int THRESHOLD_DBOV = -80;
  static final int MAX_ENTRIES = 10;
  /** Fewer say nothing about a whole interval. */
  static final int MIN_PACKETS = 10;

  private final Router router;
  private final List<Producer> producers = new ArrayList<>();
  private final DeadlineQueue.Wake wake;
  private long nextReportNs = Long.MAX_VALUE;
  private boolean silent = true;

  /** What one producer's packets said since the last report; kept at the producer, so that nothing is looked up. */
  static final class Level {
    boolean observed;
    int packets;
    int sum;
  }

  AudioLevels(Router router) {
    this.router = router;
    this.wake = router.environment().deadlines().add(this::onTimeout);
  }

  void onPacket(Producer producer, RoutedPacket packet, long nowNs) {
    if (packet.audioLevelOffset < 0) {
      return;
    }
    Level level = producer.audioLevel;
    if (!level.observed) {
      level.observed = true;
      producers.add(producer);
      if (nextReportNs == Long.MAX_VALUE) {
        nextReportNs = nowNs + INTERVAL_NS;
        wake.by(nextReportNs);
      }
    }
    level.packets++;
    level.sum += Bytes.u8(packet.bytes, packet.audioLevelOffset) & 0x7f;
  }

  void remove(Producer producer) {
    producers.remove(producer);
  }

  void close() {
    wake.cancel();
  }

  private long onTimeout(long nowNs) {
    if (nowNs < nextReportNs) {
      return nextReportNs;
    }
    List<AudioLevel> speaking = new ArrayList<>();
    for (Producer producer : producers) {
      Level level = producer.audioLevel;
      if (level.packets >= MIN_PACKETS && -(level.sum / level.packets) >= THRESHOLD_DBOV) {
        speaking.add(new AudioLevel(producer.id(), -(level.sum / level.packets)));
      }
      level.packets = 0;
      level.sum = 0;
    }
    speaking.sort(Comparator.comparingInt(AudioLevel::dbov).reversed());
    nextReportNs = producers.isEmpty() ? Long.MAX_VALUE : nowNs + INTERVAL_NS;
    if (!speaking.isEmpty() || !silent) {
      silent = speaking.isEmpty();
      router.events().onAudioLevels(List.copyOf(speaking.subList(0, Math.min(MAX_ENTRIES, speaking.size()))));
    }
    return nextReportNs;
  }
}
