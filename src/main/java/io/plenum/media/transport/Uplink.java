package io.plenum.media.transport;

import io.plenum.media.congestion.RemoteBitrateEstimator;
import io.plenum.media.congestion.TransportCcReceiver;
import io.plenum.media.parameters.RtcpFeedback;
import io.plenum.media.router.HeaderExtensionIds;
import io.plenum.media.router.Producer;
import io.plenum.media.router.ProducerStream;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.rtcp.RtcpWriter;
import io.plenum.protocol.wire.Bytes;
import java.util.Collection;
import java.util.Map;

/**
 * Tells the publisher how its packets arrive, so that its encoders ramp up: transport-cc if that is negotiated, else an
 * estimate of ours as REMB. The first producer that can have one decides.
 */
final class Uplink {
  private enum Kind { NONE, TRANSPORT_CC, REMB }

  private final RtcpOutput output;
  private final Collection<Producer> producers;
  /** Null unless that is the kind: most transports receive no media, and these are large. */
  private TransportCcReceiver transportCc;
  /** As above. */
  private RemoteBitrateEstimator estimator;
  private Kind kind = Kind.NONE;

  Uplink(RtcpOutput output, Collection<Producer> producers) {
    this.output = output;
    this.producers = producers;
  }

  void onProducer(Producer producer) {
    if (kind != Kind.NONE) {
      return;
    }
    HeaderExtensionIds ids = producer.extensionIds();
    if (ids.transportCc > 0 && wants(producer, RtcpFeedback.TRANSPORT_CC)) {
      transportCc = new TransportCcReceiver(output::sendCopy);
      kind = Kind.TRANSPORT_CC;
    } else if (ids.absSendTime > 0 && wants(producer, RtcpFeedback.GOOG_REMB)) {
      estimator = new RemoteBitrateEstimator(this::sendRemb);
      kind = Kind.REMB;
    }
  }

  private static boolean wants(Producer producer, RtcpFeedback feedback) {
    return producer.rtpParameters().mediaCodec().rtcpFeedback().contains(feedback);
  }

  /** Every authenticated packet, whether its stream is known or not. */
  void onPacket(RtpPacket packet, HeaderExtensionIds ids, long nowNs) {
    if (kind == Kind.TRANSPORT_CC) {
      int offset = packet.extensionOffset(ids.transportCc);
      if (offset >= 0 && packet.extensionLength(ids.transportCc) == 2) {
        transportCc.onPacket(packet.ssrc(), Bytes.u16(packet.bytes(), offset), nowNs);
      }
    } else if (kind == Kind.REMB) {
      int offset = packet.extensionOffset(ids.absSendTime);
      if (offset >= 0 && packet.extensionLength(ids.absSendTime) == 3) {
        estimator.onPacket(Bytes.u24(packet.bytes(), offset), packet.length(), nowNs);
      }
    }
  }

  long nextDeadlineNs() {
    return switch (kind) {
      case NONE -> Long.MAX_VALUE;
      case TRANSPORT_CC -> transportCc.nextDeadlineNs();
      case REMB -> estimator.nextDeadlineNs();
    };
  }

  void onTimeout(long nowNs) {
    if (kind == Kind.TRANSPORT_CC) {
      transportCc.onTimeout(nowNs);
    } else if (kind == Kind.REMB) {
      estimator.onTimeout(nowNs);
    }
  }

  /** mediasoup's names. With transport-cc it is the publisher who estimates, with REMB it is we. */
  void addStats(Map<String, Object> stats) {
    if (kind == Kind.TRANSPORT_CC) {
      stats.put("rtpPacketLossReceived", transportCc.packetLoss());
    } else if (kind == Kind.REMB) {
      stats.put("availableIncomingBitrate", estimator.bitrateBps());
    }
  }

  private void sendRemb(long bitrateBps) {
    int[] ssrcs = producers.stream()
        .flatMap(producer -> producer.streams().stream())
        .filter(ProducerStream::started)
        .mapToInt(ProducerStream::ssrc)
        .limit(RtcpWriter.MAX_REMB_SSRCS)
        .toArray();
    output.begin().remb(output.senderSsrc(), bitrateBps, ssrcs, ssrcs.length);
    output.send();
  }
}
