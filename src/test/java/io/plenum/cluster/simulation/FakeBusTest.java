package io.plenum.cluster.simulation;

import io.plenum.cluster.Bus;
import io.plenum.cluster.BusContract;
import io.plenum.cluster.message.RoomMessage;
import io.plenum.cluster.message.SignalMessage;

/** The bus of the simulation keeps the contract while nothing is lost. */
class FakeBusTest extends BusContract {
  private final SimulatedCluster cluster = new SimulatedCluster(1);
  private final SimulatedNode from = cluster.start("from");
  private final SimulatedNode to = cluster.start("to");

  @Override
  protected Bus bus() {
    cluster.time.runFor(200 * Timeline.MS);
    return from;
  }

  @Override
  protected SignalMessage awaitSignal() {
    cluster.time.runFor(10 * Timeline.MS);
    return to.signalled;
  }

  @Override
  protected RoomMessage awaitPublished() {
    cluster.time.runFor(10 * Timeline.MS);
    return to.published;
  }
}
