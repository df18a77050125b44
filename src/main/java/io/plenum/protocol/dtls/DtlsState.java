package io.plenum.protocol.dtls;

/** The states of {@code RTCDtlsTransport} (W3C WebRTC §5.5). */
public enum DtlsState { NEW, CONNECTING, CONNECTED, FAILED, CLOSED }
