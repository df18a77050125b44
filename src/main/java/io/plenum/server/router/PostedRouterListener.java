package io.plenum.server.router;

import io.plenum.media.router.RouterListener;
import io.plenum.media.router.SctpLinkState;
import io.plenum.protocol.dtls.DtlsState;
import io.plenum.protocol.ice.IceState;
import io.plenum.protocol.ice.TransportTuple;
import io.vertx.core.Context;
import java.util.List;
import java.util.Map;

/**
 * Carries a router's reports from its loop to the room's. Not {@link RouterListener#onDataConsumerBufferedAmountLow}: it comes
 * for nearly every message, and nobody in a room waits for it.
 */
public final class PostedRouterListener implements RouterListener {
  private final Context context;
  private final RouterListener listener;

  public PostedRouterListener(Context context, RouterListener listener) {
    this.context = context;
    this.listener = listener;
  }

  private void post(Runnable report) {
    context.runOnContext(v -> report.run());
  }

  @Override
  public void onIceStateChanged(String transportId, IceState from, IceState to, TransportTuple tuple) {
    post(() -> listener.onIceStateChanged(transportId, from, to, tuple));
  }

  @Override
  public void onDtlsStateChanged(String transportId, DtlsState state, String reason) {
    post(() -> listener.onDtlsStateChanged(transportId, state, reason));
  }

  @Override
  public void onTransportFaulted(String transportId, Throwable fault, Map<String, Object> dump) {
    post(() -> listener.onTransportFaulted(transportId, fault, dump));
  }

  @Override
  public void onMediaPoliced(String transportId) {
    post(() -> listener.onMediaPoliced(transportId));
  }

  @Override
  public void onConsumerClosed(String consumerId) {
    post(() -> listener.onConsumerClosed(consumerId));
  }

  @Override
  public void onConsumerProducerPaused(String consumerId, boolean paused) {
    post(() -> listener.onConsumerProducerPaused(consumerId, paused));
  }

  @Override
  public void onConsumerScore(String consumerId, Object score) {
    post(() -> listener.onConsumerScore(consumerId, score));
  }

  @Override
  public void onConsumerLayersChanged(String consumerId, int spatialLayer, int temporalLayer) {
    post(() -> listener.onConsumerLayersChanged(consumerId, spatialLayer, temporalLayer));
  }

  @Override
  public void onDownlinkEstimate(String transportId, long desiredBps, long effectiveDesiredBps, long availableBps) {
    post(() -> listener.onDownlinkEstimate(transportId, desiredBps, effectiveDesiredBps, availableBps));
  }

  @Override
  public void onProducerScore(String producerId, List<Integer> encodingScores, Object scores) {
    post(() -> listener.onProducerScore(producerId, encodingScores, scores));
  }

  @Override
  public void onAudioLevels(List<AudioLevel> loudestFirst) {
    post(() -> listener.onAudioLevels(loudestFirst));
  }

  @Override
  public void onSctpStateChanged(String transportId, SctpLinkState state, String reason) {
    post(() -> listener.onSctpStateChanged(transportId, state, reason));
  }

  @Override
  public void onDataProducerClosed(String dataProducerId) {
    post(() -> listener.onDataProducerClosed(dataProducerId));
  }

  @Override
  public void onDataConsumerClosed(String dataConsumerId) {
    post(() -> listener.onDataConsumerClosed(dataConsumerId));
  }

  @Override
  public void onDataConsumerProducerPaused(String dataConsumerId, boolean paused) {
    post(() -> listener.onDataConsumerProducerPaused(dataConsumerId, paused));
  }

  @Override
  public void onDataConsumerSendBufferFull(String dataConsumerId) {
    post(() -> listener.onDataConsumerSendBufferFull(dataConsumerId));
  }
}
