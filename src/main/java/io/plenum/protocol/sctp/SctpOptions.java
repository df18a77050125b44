package io.plenum.protocol.sctp;

import io.plenum.protocol.sctp.packet.Capabilities;

/**
 * What one association may do and how much it may hold. Sizes are bytes.
 *
 * @param localPort SCTP's own port, here
 * @param remotePort there
 * @param maxPacketBytes longest packet we send; larger messages are cut into fragments
 * @param outgoingStreams streams we want to send on; the peer may allow fewer
 * @param incomingStreams streams we accept
 * @param maxSendMessageBytes longest message that {@code send} takes
 * @param maxReceiveMessageBytes a peer that sends a longer one is cut off
 * @param sendBufferBytes what may wait to be sent, of all streams
 * @param perStreamSendBufferBytes what may wait to be sent, of one stream
 * @param receiverWindowBytes what may wait for a missing fragment or message (RFC 9260's a_rwnd)
 * @param capabilities extensions we offer
 */
public record SctpOptions(
    int localPort,
    int remotePort,
    int maxPacketBytes,
    int outgoingStreams,
    int incomingStreams,
    int maxSendMessageBytes,
    int maxReceiveMessageBytes,
    int sendBufferBytes,
    int perStreamSendBufferBytes,
    int receiverWindowBytes,
    Capabilities capabilities) {
  /** RFC 8831 leaves the port to SDP; all browsers say this one. */
  public static final int DATA_CHANNEL_PORT = 5000;
  /**
   * Longest packet over DTLS: IPv6's smallest path MTU of 1280, less 40 (IPv6), 8 (UDP), 37 (DTLS record with GCM) and
   * 4 (TURN channel data). There is no discovery: DTLS over ICE does not tell which datagram was too long, and the 15 %
   * that a discovered 1400 would save are not worth a black hole.
   */
  public static final int MAX_PACKET_BYTES = 1_191;
  /** What browsers and mediasoup announce as the longest message. */
  public static final int MAX_MESSAGE_BYTES = 262_144;
  /** mediasoup's {@code sctpSendBufferSize} and {@code sctpPerStreamSendQueueLimit}. */
  public static final int SEND_BUFFER_BYTES = 2_000_000;
  /** mediasoup's {@code sctpMaxReceiverWindowBufferSize}: 20 longest messages. */
  public static final int RECEIVER_WINDOW_BYTES = 5_242_880;
  /** RFC 8831 §6.2: all there are; 65535 is not a stream. */
  public static final int DATA_CHANNEL_STREAMS = 65_535;
  /** mediasoup's {@code numSctpStreams} between routers. */
  public static final int PIPE_STREAMS = 1_024;
  /** Everything that any stack of WebRTC has; what the peer lacks is not used. */
  public static final Capabilities ALL = new Capabilities(true, true, true, true);

  /** Smaller packets could not hold an INIT ACK with our cookie. */
  private static final int MIN_PACKET_BYTES = 512;

  public SctpOptions {
    if (maxPacketBytes < MIN_PACKET_BYTES || receiverWindowBytes < maxReceiveMessageBytes) {
      throw new IllegalArgumentException("an association needs packets of " + MIN_PACKET_BYTES
          + " bytes and a window for the longest message");
    }
  }

  /** An association over a peer's DTLS. */
  public static SctpOptions ofDataChannels() {
    return new SctpOptions(DATA_CHANNEL_PORT, DATA_CHANNEL_PORT, MAX_PACKET_BYTES, DATA_CHANNEL_STREAMS,
        DATA_CHANNEL_STREAMS, MAX_MESSAGE_BYTES, MAX_MESSAGE_BYTES, SEND_BUFFER_BYTES, SEND_BUFFER_BYTES,
        RECEIVER_WINDOW_BYTES, ALL);
  }

  /**
   * An association between two routers, told apart by its ports.
   *
   * @param integrityProtected what carries the packets authenticates them, so that they need no checksum
   */
  public static SctpOptions ofPipe(int localPort, int remotePort, boolean integrityProtected) {
    return new SctpOptions(localPort, remotePort, MAX_PACKET_BYTES, PIPE_STREAMS, PIPE_STREAMS, MAX_MESSAGE_BYTES,
        MAX_MESSAGE_BYTES, SEND_BUFFER_BYTES, SEND_BUFFER_BYTES, RECEIVER_WINDOW_BYTES,
        new Capabilities(true, true, true, integrityProtected));
  }

  public SctpOptions withCapabilities(Capabilities capabilities) {
    return new SctpOptions(localPort, remotePort, maxPacketBytes, outgoingStreams, incomingStreams,
        maxSendMessageBytes, maxReceiveMessageBytes, sendBufferBytes, perStreamSendBufferBytes, receiverWindowBytes,
        capabilities);
  }

  /** Longest messages out and in. */
  public SctpOptions withMessageBytes(int send, int receive) {
    return new SctpOptions(localPort, remotePort, maxPacketBytes, outgoingStreams, incomingStreams, send, receive,
        sendBufferBytes, perStreamSendBufferBytes, receiverWindowBytes, capabilities);
  }

  /** Streams that we want to send on, and that we accept. */
  public SctpOptions withStreams(int outgoing, int incoming) {
    return new SctpOptions(localPort, remotePort, maxPacketBytes, outgoing, incoming, maxSendMessageBytes,
        maxReceiveMessageBytes, sendBufferBytes, perStreamSendBufferBytes, receiverWindowBytes, capabilities);
  }

  /** What may wait to be sent of all streams and of one, and what may wait to be put together. */
  public SctpOptions withBufferBytes(int send, int perStreamSend, int receiverWindow) {
    return new SctpOptions(localPort, remotePort, maxPacketBytes, outgoingStreams, incomingStreams,
        maxSendMessageBytes, maxReceiveMessageBytes, send, perStreamSend, receiverWindow, capabilities);
  }
}
