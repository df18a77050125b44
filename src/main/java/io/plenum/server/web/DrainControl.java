package io.plenum.server.web;

import io.vertx.core.Future;
import java.util.List;

/** How an operator empties a node. From any thread. */
public interface DrainControl {
  /** Of a node that knows nothing of it. */
  DrainControl NONE = new DrainControl() {
    @Override
    public Future<Status> begin() {
      return status();
    }

    @Override
    public Future<Status> status() {
      return Future.succeededFuture(new Status(false, 0, List.of()));
    }
  };

  /**
   * How far it is.
   *
   * @param draining whether the node takes no more clients; for good
   * @param clients that are still here
   * @param others addresses of the nodes that they are sent to
   */
  record Status(boolean draining, int clients, List<String> others) {}

  /** From now on the node takes no client and sends away those it has. Asking again changes nothing. */
  Future<Status> begin();

  Future<Status> status();
}
