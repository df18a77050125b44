package io.plenum.media.parameters;

/** How much one client may signal. Real clients stay far below; more is an error or an attack and is refused. */
public final class ParameterLimits {
  /** There are 128 payload types, and browsers list about 60 codecs. */
  public static final int MAX_CODECS = 128;
  /** Chromium offers about 15 per kind; a capabilities object carries both kinds. */
  public static final int MAX_HEADER_EXTENSIONS = 64;
  /** Simulcast streams of one producer. Browsers send at most three; see also the caps per peer. */
  public static final int MAX_ENCODINGS = 4;
  /** Browsers list five per codec. */
  public static final int MAX_RTCP_FEEDBACK = 32;
  /** fmtp parameters of one codec, or parameters of one header extension. */
  public static final int MAX_PARAMETERS = 32;
  /** Certificates have one fingerprint per hash function, and there are six of those. */
  public static final int MAX_FINGERPRINTS = 8;
  /**
   * RFC 8285 §4.3: what the two-byte form can name. What a router knows has at most
   * {@link io.plenum.protocol.rtp.RtpPacket#MAX_EXTENSION_ID}, or it would not be read.
   */
  public static final int MAX_HEADER_EXTENSION_ID = 255;
  /** Spatial or temporal layers of one encoding: VP9's three bits. */
  public static final int MAX_LAYERS = 8;
  /** RFC 8831 §6.5: 65535 is reserved. */
  public static final int MAX_SCTP_STREAM_ID = 65_534;

  private ParameterLimits() {}
}
