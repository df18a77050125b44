package io.plenum.media.transport;

import io.plenum.media.Dump;
import io.plenum.media.PlenumException;
import io.plenum.media.router.DataProducer;
import io.plenum.media.router.DataProducerOptions;
import io.plenum.media.router.PipeDataConsumer;
import io.plenum.media.router.Router;
import io.plenum.media.transport.PipeTransport.PipeOptions;
import io.plenum.protocol.sctp.SctpOptions;

/**
 * The data half of a pipe's end, beside its {@link RtpSession}: what is between SRTP and the association, which is made
 * when the first data producer crosses or the other end's first packet comes, and made anew after it has failed.
 */
final class PipeData {
  /** The way out. */
  interface Lower {
    /** An RTP packet at the beginning of the array, its header of {@link DataPackets#HEADER_BYTES}. */
    void sendDataPacket(byte[] packet, int length);
  }

  /** A pipe has one association: its ports tell nothing apart. */
  private static final int SCTP_PORT = SctpOptions.DATA_CHANNEL_PORT;

  private final PipeTransport transport;
  private final Router router;
  private final PipeOptions options;
  private final Lower lower;
  private final DataPackets packets;
  /** Null while no data crosses. */
  private PipeAssociation association;
  /** Null until the other end is known. */
  private String remoteEndId;
  private int remoteSsrc;
  private int failures;

  PipeData(PipeTransport transport, Router router, PipeOptions options, Lower lower) {
    this.transport = transport;
    this.router = router;
    this.options = options;
    this.lower = lower;
    this.packets = new DataPackets(ssrc(transport.id()));
  }

  /** What an end's SCTP goes under: beside its RTCP, and never it. */
  static int ssrc(String endId) {
    return PipeTransport.rtcpSsrc(endId) ^ 1;
  }

  void onConnected(String endId) {
    remoteEndId = endId;
    remoteSsrc = ssrc(endId);
  }

  /** What the other end's data comes under. */
  int remoteSsrc() {
    return remoteSsrc;
  }

  /** An RTP packet of that SSRC, at the beginning of the array. */
  void onPacket(byte[] packet, int length, long nowNs) {
    if (packets.onReceived(packet, length)) {
      association().onPacket(packet, DataPackets.HEADER_BYTES, length - DataPackets.HEADER_BYTES, nowNs);
      forgetEnded();
    }
  }

  private void send(byte[] bytes, int offset, int length) {
    byte[] out = router.environment().out;
    lower.sendDataPacket(out, packets.write(out, bytes, offset, length));
  }

  private PipeAssociation association() {
    if (remoteEndId == null || !options.enableSctp()) {
      throw new PlenumException(remoteEndId == null ? "wrong-state" : "unsupported",
          remoteEndId == null ? "connect the pipe first" : "the pipe carries no data");
    }
    if (association == null) {
      int messageBytes = SctpOptions.MAX_MESSAGE_BYTES + PipedMessage.MAX_HEADER_BYTES;
      SctpOptions sctp = SctpOptions.ofPipe(SCTP_PORT, SCTP_PORT, options.enableSrtp())
          .withStreams(options.numSctpStreamsOs(), options.numSctpStreamsMis())
          .withMessageBytes(messageBytes, messageBytes)
          .withBufferBytes(SctpOptions.SEND_BUFFER_BYTES, SctpOptions.SEND_BUFFER_BYTES, options.dataWindowBytes());
      association =
          new PipeAssociation(transport, router, sctp, transport.id().compareTo(remoteEndId) < 0, this::send);
    }
    return association;
  }

  /** One that has failed has told who was on it: what comes next begins anew. */
  private void forgetEnded() {
    if (association != null && association.ended()) {
      failures++;
      association = null;
    }
  }

  PipeDataConsumer consume(String consumerId, String dataProducerId, PipeDataConsumer.Listener listener, long nowNs) {
    PipeDataConsumer consumer = association().consume(consumerId, dataProducerId, listener, nowNs);
    association.connect(nowNs);
    return consumer;
  }

  DataProducer produce(DataProducerOptions producerOptions, Runnable onGone, long nowNs) {
    DataProducer producer = association().produce(producerOptions, onGone, nowNs);
    association.connect(nowNs);
    return producer;
  }

  /** The producer that came over this pipe, or null. */
  DataProducer producer(String dataProducerId) {
    return association == null ? null : association.producer(dataProducerId);
  }

  /** The consumer that sends over this pipe, or null. */
  PipeDataConsumer consumer(String consumerId) {
    return association == null ? null : association.consumer(consumerId);
  }

  long nextDeadlineNs() {
    return association == null ? Long.MAX_VALUE : association.nextDeadlineNs();
  }

  void onTimeout(long nowNs) {
    if (association != null && association.nextDeadlineNs() <= nowNs) {
      association.onTimeout(nowNs);
      forgetEnded();
    }
  }

  void close(long nowNs) {
    if (association != null) {
      association.close(nowNs);
    }
  }

  void dump(Dump out) {
    packets.dump(out);
    out.value("failures", failures);
    if (association != null) {
      out.part("association", association::dump);
    }
  }
}
