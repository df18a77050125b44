/**
 * SCTP (RFC 9260) as data channels and pipes use it: one {@link io.plenum.protocol.sctp.SctpAssociation} is one
 * association over one path that something below protects or has verified. Around it, one class for each duty; a drawing
 * of them is in {@code docs/sctp.md}.
 */
package io.plenum.protocol.sctp;
