package io.plenum.media.parameters;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * What a transport announces of its SCTP association. It carries the fields of all of mediasoup-client's vintages: newer ones
 * read {@code maxSendMessageSize} and {@code maxReceiveMessageSize}, older ones {@code OS}, {@code MIS} and
 * {@code maxMessageSize}. All sizes are bytes.
 *
 * @param isDataChannel whether messages carry WebRTC's payload protocol identifiers
 * @param outgoingStreams mediasoup's {@code OS}
 * @param maxIncomingStreams mediasoup's {@code MIS}
 */
@JsonPropertyOrder({"port", "OS", "MIS", "maxMessageSize"})
public record SctpParameters(int port, int maxSendMessageSize, int maxReceiveMessageSize, int sendBufferSize,
    int perStreamSendQueueLimit, int maxReceiverWindowBufferSize, @JsonProperty("isDataChannel") boolean isDataChannel,
    @JsonProperty("OS") int outgoingStreams, @JsonProperty("MIS") int maxIncomingStreams, int maxMessageSize) {
  /** The port of WebRTC's SCTP over DTLS when SDP says none else. */
  public static final int PORT = 5000;
  /** What Chromium accepts and announces. */
  public static final int MAX_MESSAGE_BYTES = 262_144;
  /** Bytes waiting to be sent, of one stream or of all; mediasoup's. */
  public static final int SEND_QUEUE_BYTES = 2_000_000;
  /** RFC 9260's a_rwnd; mediasoup's. */
  public static final int RECEIVE_WINDOW_BYTES = 5_242_880;
  /** All ids that RFC 8831 §6.5 leaves. */
  public static final int STREAMS = 65_535;

  /** mediasoup's defaults, on a transport to an endpoint. */
  public static SctpParameters ofDataChannels() {
    return new SctpParameters(PORT, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, SEND_QUEUE_BYTES, SEND_QUEUE_BYTES,
        RECEIVE_WINDOW_BYTES, true, STREAMS, STREAMS, MAX_MESSAGE_BYTES);
  }
}
