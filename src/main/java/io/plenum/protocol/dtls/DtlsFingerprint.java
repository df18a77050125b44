package io.plenum.protocol.dtls;

/**
 * The digest of a certificate, as SDP and mediasoup write it (RFC 8122 §5).
 *
 * @param algorithm lower case, {@code sha-256}, {@code sha-384} or {@code sha-512}
 * @param value upper-case hex pairs joined by colons
 */
public record DtlsFingerprint(String algorithm, String value) {}
