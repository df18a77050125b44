package io.plenum.bench;

import java.util.List;

/** One of the two that are compared: nodes with their clients, or the bare loop with its receivers. */
interface Side extends AutoCloseable {
  Windows windows();

  List<MeasuredProcess> processes();

  /** Its publishers send, or pause. */
  void publish(boolean on);

  /** Why a measurement now would be worth nothing, or null. */
  String trouble();

  @Override
  void close();
}
