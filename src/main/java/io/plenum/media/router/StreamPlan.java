package io.plenum.media.router;

/**
 * What is agreed about one encoding of a producer before its first packet.
 *
 * @param ssrc null if the first packet with the right mid or rid will tell
 * @param rtxSsrc null if unknown or if there is no RTX
 * @param rid null if the encoding has none
 * @param payloadType of the media at the publisher
 * @param rtxPayloadType -1 without RTX
 * @param nack the publisher answers NACKs
 * @param pli the publisher understands PLI
 * @param simulcast it is one of several
 * @param dtx the encoder may pause for seconds while the picture stays as it is
 * @param spatialLayers inside this one encoding (SVC)
 * @param keyFrameDependent spatial layers depend on lower ones at key frames only (K-SVC)
 * @param keyFrameMinIntervalNs in which another key frame may be asked for, whoever asks; 0 for audio, which has none
 */
public record StreamPlan(
    Integer ssrc,
    Integer rtxSsrc,
    String rid,
    int payloadType,
    int rtxPayloadType,
    int clockRate,
    boolean video,
    boolean nack,
    boolean pli,
    boolean simulcast,
    boolean dtx,
    int spatialLayers,
    int temporalLayers,
    boolean keyFrameDependent,
    long keyFrameMinIntervalNs) {}
