package io.plenum.protocol.dtls;

/** Who speaks first in the DTLS handshake; {@code AUTO} leaves it to the other side. */
public enum DtlsRole { AUTO, CLIENT, SERVER }
