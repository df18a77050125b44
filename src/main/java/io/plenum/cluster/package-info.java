/**
 * Rooms that span nodes: plans and state machines, without a network. {@link io.plenum.cluster.RoomCoordinator} is one
 * room on one node, {@link io.plenum.cluster.NodeCoordinator} one node in the cluster; both speak through the ports
 * {@link io.plenum.cluster.Registry}, {@link io.plenum.cluster.Bus}, {@link io.plenum.cluster.Media} and {@link
 * io.plenum.cluster.RoomListener}. The whole story with tables is {@code docs/cluster.md}.
 */
package io.plenum.cluster;
