package io.plenum.cluster.message;

import java.util.List;
import java.util.Map;

/**
 * What one server says to another ({@code signal.<serverId>}). Requests and answers are messages of their own: each
 * can be lost, repeated or late. Who asked asks again until the answer comes or the deadline passes; who answers says
 * the same again.
 *
 * <p>{@code room} is the room that the message is for, empty for {@link Ping} and {@link Pong}.
 */
public sealed interface SignalMessage {
  int version();

  /** Who sends it. */
  Owner owner();

  String room();

  /** Are you there? Also how a starting node finds out whether an earlier life of its serverId still lives. */
  record Ping(int version, Owner owner, long sequence) implements SignalMessage {
    @Override
    public String room() {
      return "";
    }
  }

  /** @param sequence of the ping */
  record Pong(int version, Owner owner, long sequence) implements SignalMessage {
    @Override
    public String room() {
      return "";
    }
  }

  /** Asks for all that the other owns in the room. */
  record GetRoomState(int version, Owner owner, String room) implements SignalMessage {}

  /**
   * All that the sender owns in the room at that generation: what is not in it is closed.
   *
   * @param present false when the sender is not in the room at all (then there are no rows)
   */
  record RoomState(int version, Owner owner, String room, long generation, boolean present, List<Row> rows)
      implements SignalMessage {}

  /**
   * "This is my end of the pipe between these routers." Whoever has none yet makes one and answers with the same
   * message. Both may start at once: each has one end for the pair, and each learns of the other's, by request or by
   * answer.
   *
   * @param yourEndId the end that mine is connected to; null when I know of none
   */
  record CreatePipeTransport(int version, Owner owner, String room, RouterPair pair, PipeEnd end, String yourEndId)
      implements SignalMessage {}

  /** One of these ends is gone: the pipe is. Ends that are not named are not meant. */
  record ClosePipeTransport(int version, Owner owner, String room, RouterPair pair, String endId, String otherEndId)
      implements SignalMessage {}

  /**
   * Asks the other to consume the producer on its end of the pipe.
   *
   * @param endId the sender's end, {@code yourEndId} the other's
   * @param sequence orders what one side of a pipe asks for
   * @param layers {@link Layers#NONE} makes it, but paused
   */
  record Consume(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId, long sequence,
      String producerId, Layers layers) implements SignalMessage {}

  /** The answer to {@link Consume}. */
  record Consumed(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId,
      String producerId, PipeConsumerParameters parameters) implements SignalMessage {}

  /** The other answer to {@link Consume}. */
  record ConsumeRefused(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId,
      String producerId, String reason) implements SignalMessage {}

  /**
   * All that the sender wants over the pipe: what is not in it can be closed, {@link Layers#NONE} pauses. Said at every
   * change, and again every two seconds; so it is the keep-alive of the pipe's signalling, too.
   */
  record Want(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId, long sequence,
      Map<String, Layers> layersByProducerId) implements SignalMessage {}

  /** The answer to {@link Want}: what is consumed for the other now, producer id to consumer id. */
  record Have(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId, long sequence,
      Map<String, String> consumerIdByProducerId) implements SignalMessage {}

  /**
   * How well everything that crosses the pipe to the other arrives at the sender. Said when it changes and with each {@link
   * Have}; a version that does not know it has scores of its own.
   *
   * @param generation orders what one end says: what is older than what is known is void
   * @param scoresByProducerId one number for each encoding, 0…10
   */
  record Scores(int version, Owner owner, String room, RouterPair pair, String endId, String yourEndId, long generation,
      Map<String, List<Integer>> scoresByProducerId) implements SignalMessage {}
}
