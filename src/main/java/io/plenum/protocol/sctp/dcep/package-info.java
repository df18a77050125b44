/**
 * Data channels over an SCTP association: the payload protocol identifiers and closing of RFC 8831, and the opening in
 * band of RFC 8832 (DCEP) beside channels that both sides know from signalling.
 */
package io.plenum.protocol.sctp.dcep;
