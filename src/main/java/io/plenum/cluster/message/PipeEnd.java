package io.plenum.cluster.message;

import io.plenum.media.parameters.SctpParameters;

/**
 * One end of a pipe as the other end must know it. Never changed: an end that must be made anew has a new id, a greater
 * generation and fresh keys.
 *
 * @param endId unique in the cluster
 * @param generation orders the ends that one node made for one pair
 * @param ip and port: where its packets come from and go to
 * @param srtpParameters null when the pipe is not encrypted
 * @param sctpParameters null when data does not cross
 */
public record PipeEnd(String endId, long generation, String ip, int port, PipeSrtpParameters srtpParameters,
    SctpParameters sctpParameters) {
  /** mediasoup's {@code srtpParameters} of a PipeTransport. */
  public record PipeSrtpParameters(String cryptoSuite, String keyBase64) {
    @Override
    public String toString() {
      return cryptoSuite;
    }
  }
}
