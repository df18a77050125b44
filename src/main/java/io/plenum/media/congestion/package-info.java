/**
 * How much a path carries, after Google congestion control (draft-ietf-rmcat-gcc-02).
 *
 * <p>Towards publishers: {@link io.plenum.media.congestion.TransportCcReceiver} reports arrivals, or
 * {@link io.plenum.media.congestion.RemoteBitrateEstimator} estimates for them. Towards subscribers:
 * {@link io.plenum.media.congestion.BandwidthEstimator} estimates, and
 * {@link io.plenum.media.congestion.BitrateAllocator} shares the estimate among consumers.
 *
 * <p>Both estimates go the same way: packets' times become groups ({@code PacketGroups}), groups a slope
 * ({@code TrendlineFilter}), the slope a verdict ({@code OveruseDetector}), the verdict a bitrate
 * ({@code AimdRateController}).
 */
package io.plenum.media.congestion;
