package io.plenum.protocol.sctp.packet;

import io.plenum.protocol.wire.Bytes;
import io.plenum.protocol.wire.Malformed;
import java.util.ArrayList;
import java.util.List;

/** RE-CONFIG (RFC 6525 §3.1): at most two of requests and answers about streams. */
public final class ReConfigChunk {
  private static final int OUTGOING_RESET_REQUEST = 13;
  private static final int INCOMING_RESET_REQUEST = 14;
  private static final int RESPONSE = 16;
  /** RFC 6525 §3.1 allows no more. */
  private static final int MAX_PARAMETERS = 2;

  /** What came of a request (RFC 6525 §4.4), with the number on the wire. */
  public enum Result {
    NOTHING_TO_DO,
    PERFORMED,
    DENIED,
    WRONG_SSN,
    REQUEST_IN_PROGRESS,
    BAD_SEQUENCE_NUMBER,
    IN_PROGRESS;

    private static final Result[] ALL = values();

    static Result of(int code) {
      // Whatever a later standard adds did not do what we asked.
      return code >= 0 && code < ALL.length ? ALL[code] : DENIED;
    }
  }

  /** One of the kinds below. */
  public sealed interface Parameter permits OutgoingReset, IncomingReset, Other, Response {}

  /**
   * The sender resets streams it sends on.
   *
   * @param responseNumber the peer's request that this one answers, or what the sender has seen last
   * @param lastTsn the last TSN before the reset
   * @param streamIds empty: all
   */
  public record OutgoingReset(int requestNumber, int responseNumber, int lastTsn, int[] streamIds)
      implements Parameter {}

  /**
   * The sender wants us to reset streams that we send on.
   *
   * @param streamIds empty: all
   */
  public record IncomingReset(int requestNumber, int[] streamIds) implements Parameter {}

  /** A request that we do not do: resetting all TSNs, adding streams. */
  public record Other(int requestNumber) implements Parameter {}

  public record Response(int responseNumber, Result result) implements Parameter {}

  private final ParameterReader reader = new ParameterReader();
  private final List<Parameter> parameters = new ArrayList<>(MAX_PARAMETERS);

  /** @param packet a reader that stands on a RE-CONFIG */
  public Malformed parse(PacketReader packet) {
    parameters.clear();
    Malformed wrong = reader.parse(packet.bytes(), packet.valueOffset(), packet.valueLength());
    while (wrong == null && reader.next()) {
      wrong = parameters.size() == MAX_PARAMETERS ? Malformed.TOO_MANY : read(packet.bytes());
    }
    return wrong == null && parameters.isEmpty() ? Malformed.MISSING_FIELD : wrong;
  }

  private Malformed read(byte[] bytes) {
    int at = reader.valueOffset();
    int count = reader.valueLength();
    int fixed = switch (reader.type()) {
      case OUTGOING_RESET_REQUEST -> 12;
      case RESPONSE -> 8;
      default -> 4;
    };
    if (count < fixed) {
      return Malformed.TOO_SHORT;
    }
    int number = Bytes.i32(bytes, at);
    parameters.add(switch (reader.type()) {
      case OUTGOING_RESET_REQUEST -> new OutgoingReset(
          number, Bytes.i32(bytes, at + 4), Bytes.i32(bytes, at + 8), streamIds(bytes, at + fixed, count - fixed));
      case INCOMING_RESET_REQUEST -> new IncomingReset(number, streamIds(bytes, at + fixed, count - fixed));
      case RESPONSE -> new Response(number, Result.of(Bytes.i32(bytes, at + 4)));
      default -> new Other(number);
    });
    return null;
  }

  private static int[] streamIds(byte[] bytes, int offset, int length) {
    int[] ids = new int[length / 2];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Bytes.u16(bytes, offset + 2 * i);
    }
    return ids;
  }

  public List<Parameter> parameters() {
    return parameters;
  }

  /** Bytes of a chunk with one request for that many streams. */
  public static int outgoingResetBytes(int streams) {
    return ChunkType.HEADER_BYTES + ParameterReader.HEADER_BYTES + 12 + ChunkType.padded(2 * streams);
  }

  /** Bytes of a chunk with one response. */
  public static final int RESPONSE_BYTES = ChunkType.HEADER_BYTES + ParameterReader.HEADER_BYTES + 8;

  public static void write(PacketWriter out, OutgoingReset request) {
    out.beginChunk(ChunkType.RE_CONFIG, 0);
    int start = out.beginParameter(OUTGOING_RESET_REQUEST);
    out.put32(request.requestNumber());
    out.put32(request.responseNumber());
    out.put32(request.lastTsn());
    for (int streamId : request.streamIds()) {
      out.put16(streamId);
    }
    out.endParameter(start);
    out.endChunk();
  }

  public static void write(PacketWriter out, Response response) {
    out.beginChunk(ChunkType.RE_CONFIG, 0);
    int start = out.beginParameter(RESPONSE);
    out.put32(response.responseNumber());
    out.put32(response.result().ordinal());
    out.endParameter(start);
    out.endChunk();
  }
}
