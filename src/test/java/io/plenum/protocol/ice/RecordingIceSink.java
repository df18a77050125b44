package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Writes down what an agent says, in its order. */
final class RecordingIceSink implements IceLiteAgent.Sink {
  final List<String> events = new ArrayList<>();
  final StunMessage lastAnswer = new StunMessage();
  private byte[] lastBytes;
  int answers;
  int longestAnswer;

  @Override
  public void sendStun(byte[] bytes, int offset, int length, TransportTuple tuple) {
    lastBytes = Arrays.copyOfRange(bytes, offset, offset + length);
    if (lastAnswer.parse(lastBytes, 0, length) != null) {
      throw new IllegalStateException("the agent sent a malformed message");
    }
    answers++;
    longestAnswer = Math.max(longestAnswer, length);
    events.add(lastAnswer.type() == StunMessage.BINDING_SUCCESS ? "success" : "error " + lastAnswer.errorCode());
  }

  @Override
  public void onTupleAdded(TransportTuple tuple) {
    events.add("added " + tuple);
  }

  @Override
  public void onTupleRemoved(TransportTuple tuple) {
    events.add("removed " + tuple);
  }

  @Override
  public void onSelectedTupleChanged(TransportTuple tuple) {
    events.add("selected " + tuple);
  }

  @Override
  public void onIceStateChanged(IceState from, IceState to) {
    events.add(from.label() + "→" + to.label());
  }

  @Override
  public void onLocalUsernameFragmentRetired(String usernameFragment) {
    events.add("retired " + usernameFragment);
  }

  /** What happened since the last call. */
  List<String> take() {
    List<String> taken = List.copyOf(events);
    events.clear();
    return taken;
  }
}
