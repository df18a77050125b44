package io.plenum.server.ops;

import io.plenum.cluster.message.RowKey;
import io.plenum.media.router.DataDrop;
import io.plenum.media.router.SctpTotals.Figure;
import io.plenum.media.transport.GateDrop;
import io.plenum.media.transport.RtpDrop;
import io.plenum.protocol.dtls.DtlsDrop;
import io.plenum.protocol.ice.IceDrop;
import io.plenum.protocol.sctp.SctpDrop;
import io.plenum.protocol.sctp.SendResult;
import io.plenum.protocol.sctp.dcep.DataChannelDrop;
import io.plenum.protocol.srtp.SrtpDrop;
import io.plenum.protocol.wire.Malformed;
import io.plenum.server.cluster.ClusterNode;
import io.plenum.server.cluster.GridHandshake;
import io.plenum.server.dtls.DtlsFailure;
import io.plenum.server.dtls.DtlsSessions;
import io.plenum.server.net.NetDrop;
import io.plenum.server.router.MediaLoop;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/** Shows what the node's parts count. Reading costs nothing until somebody scrapes. */
public final class NodeMetrics {
  private NodeMetrics() {}

  /** @param unreached transports that no check has reached */
  public static void show(Metrics metrics, List<MediaLoop> loops, DtlsSessions dtls, LongSupplier unreached) {
    metrics.counter("net_datagrams_received", "datagrams and TCP frames that came from clients",
        () -> sum(loops, loop -> loop.socket().counters().datagramsReceived()));
    metrics.counter("net_datagrams_sent", "datagrams and TCP frames that went to clients",
        () -> sum(loops, loop -> loop.socket().counters().datagramsSent()));
    metrics.counter("net_udp_sends", "sends over UDP, each of one or (with segmentation offload) several datagrams for one client",
        () -> sum(loops, loop -> loop.socket().counters().sends()));
    metrics.counter("net_bytes_received", "bytes of those datagrams",
        () -> sum(loops, loop -> loop.socket().counters().bytesReceived()));
    metrics.counter("net_bytes_sent", "bytes of those datagrams",
        () -> sum(loops, loop -> loop.socket().counters().bytesSent()));
    for (NetDrop reason : NetDrop.values()) {
      metrics.counter("net_dropped", reason.label(), "datagrams dropped before any transport saw them",
          () -> sum(loops, loop -> loop.socket().counters().drops(reason)));
    }
    showDrops(metrics, loops, "gate_dropped", "datagrams that a transport's first gates dropped",
        GateDrop.class, GateDrop::label);
    metrics.counter("ice_unreached",
        "transports that clients connected by signalling, and that no valid check reached in 10 s", unreached);
    showDrops(metrics, loops, "ice_dropped", "checks that ICE refused", IceDrop.class, IceDrop::label);
    showDrops(metrics, loops, "srtp_dropped", "packets that SRTP refused", SrtpDrop.class, SrtpDrop::label);
    showDrops(metrics, loops, "rtp_dropped", "authenticated RTP packets that were not used", RtpDrop.class, RtpDrop::label);
    showData(metrics, loops);
    metrics.gauge("net_routes", "verified addresses, username fragments and TCP connections of clients",
        () -> sum(loops, loop -> loop.socket().routes()));
    metrics.gauge("net_tcp_connections", "ICE-TCP connections of clients",
        () -> sum(loops, loop -> loop.socket().counters().tcpConnections()));
    metrics.gauge("routers", "routers: one for each room with a peer here, more for large ones",
        () -> sum(loops, MediaLoop::routerCount));
    metrics.counter("feed_packets", "packets that went from one media loop to another",
        () -> sum(loops, loop -> loop.feedCounters().packets()));
    metrics.counter("feed_bytes", "bytes of those packets", () -> sum(loops, loop -> loop.feedCounters().bytes()));
    metrics.counter("feed_dropped", "packets that the other loop's queue had no room for",
        () -> sum(loops, loop -> loop.feedCounters().dropped()));
    metrics.gauge("feed_ends", "ends of pipes between routers of this node, two for each pair",
        () -> sum(loops, loop -> loop.feedCounters().ends()));
    metrics.counter("dtls_handshakes_started", "DTLS handshakes begun", () -> dtls.counters().started());
    metrics.counter("dtls_handshakes_connected", "DTLS handshakes done", () -> dtls.counters().connected());
    metrics.counter("dtls_handshakes_failed", "DTLS handshakes failed", () -> dtls.counters().failed());
    for (DtlsFailure reason : DtlsFailure.values()) {
      metrics.counter("dtls_failed", reason.label(), "DTLS sessions that ended with an error",
          () -> dtls.counters().failed(reason));
    }
    for (DtlsDrop reason : DtlsDrop.values()) {
      metrics.counter("dtls_dropped", reason.label(), "DTLS datagrams dropped",
          () -> dtls.counters().dropped(reason));
    }
    for (Malformed reason : Malformed.values()) {
      metrics.counter("dtls_malformed", reason.label(), "datagrams that begin as DTLS and are none, or not only",
          () -> dtls.counters().malformed(reason));
    }
  }

  private static void showData(Metrics metrics, List<MediaLoop> loops) {
    metrics.gauge("sctp_associations", "transports with data channels, ends of pipes included",
        () -> sum(loops, loop -> loop.environment().sctp().associations()));
    metrics.gauge("sctp_buffered_bytes", "payload that waits to be sent; what goes to several waits once for each",
        () -> sum(loops, loop -> loop.environment().sctp().bufferedBytes()));
    showFigure(metrics, loops, Figure.PACKETS_RECEIVED, "packets of SCTP that came");
    showFigure(metrics, loops, Figure.PACKETS_SENT, "packets of SCTP that went");
    showFigure(metrics, loops, Figure.MESSAGES_RECEIVED, "messages that came whole");
    showFigure(metrics, loops, Figure.MESSAGES_SENT, "messages whose last part has gone");
    showFigure(metrics, loops, Figure.MESSAGE_BYTES_RECEIVED, "bytes of those messages");
    showFigure(metrics, loops, Figure.MESSAGE_BYTES_SENT, "bytes of those messages, repetitions not counted");
    showFigure(metrics, loops, Figure.MESSAGES_ABANDONED, "messages given up as their channel allows");
    showFigure(metrics, loops, Figure.CHUNKS_RETRANSMITTED, "parts of messages that went again");
    showFigure(metrics, loops, Figure.RETRANSMISSION_TIMEOUTS, "times that nothing was acknowledged for too long");
    for (SctpDrop reason : SctpDrop.values()) {
      metrics.counter("sctp_dropped", reason.label(), "packets and parts of packets that SCTP did not use",
          () -> sum(loops, loop -> loop.environment().sctp().drops(reason)));
    }
    for (DataChannelDrop reason : DataChannelDrop.values()) {
      metrics.counter("datachannel_dropped", reason.label(), "messages of clients that were not used",
          () -> sum(loops, loop -> loop.environment().sctp().drops(reason)));
    }
    showDrops(metrics, loops, "data_dropped", "messages of clients that went to nobody, because they say too much",
        DataDrop.class, DataDrop::label);
    showDrops(metrics, loops, "data_refused", "messages that did not go to one of their consumers",
        SendResult.class, SendResult::label);
  }

  private static void showFigure(Metrics metrics, List<MediaLoop> loops, Figure figure, String help) {
    metrics.counter("sctp_" + figure.name().toLowerCase(Locale.ROOT), help,
        () -> sum(loops, loop -> loop.environment().sctp().total(figure)));
  }

  /** What crosses between nodes, and what the cluster holds. */
  public static void showCluster(Metrics metrics, List<MediaLoop> loops, ClusterNode cluster) {
    metrics.counter("pipe_datagrams_received", "datagrams that came from other nodes",
        () -> sum(loops, loop -> loop.pipeSocket().counters().datagramsReceived()));
    metrics.counter("pipe_datagrams_sent", "datagrams that went to other nodes",
        () -> sum(loops, loop -> loop.pipeSocket().counters().datagramsSent()));
    metrics.counter("pipe_bytes_received", "bytes of those datagrams",
        () -> sum(loops, loop -> loop.pipeSocket().counters().bytesReceived()));
    metrics.counter("pipe_bytes_sent", "bytes of those datagrams",
        () -> sum(loops, loop -> loop.pipeSocket().counters().bytesSent()));
    for (NetDrop reason : NetDrop.values()) {
      metrics.counter("pipe_dropped", reason.label(), "datagrams between nodes dropped before any pipe saw them",
          () -> sum(loops, loop -> loop.pipeSocket().counters().drops(reason)));
    }
    metrics.gauge("pipe_routes", "SSRCs that are listened for from other nodes",
        () -> sum(loops, loop -> loop.pipeSocket().routes()));
    metrics.gauge("pipes", "ends of pipes to other nodes' routers", cluster::pipes);
    metrics.gauge("cluster_members", "nodes of the cluster as the data grid counts them, this one included",
        cluster::members);
    for (GridHandshake.Refusal reason : GridHandshake.Refusal.values()) {
      metrics.counter("grid_refused", reason.label(), "connections to the data grid that did not show cluster.secret",
          () -> cluster.refused(reason));
    }
    metrics.gauge("cluster_rooms", "rooms that this node is present in, or is still leaving", cluster::rooms);
    metrics.gauge("remote_peers", "peers of those rooms on other nodes", cluster::remotePeers);
    metrics.gauge("remote_producers", "producers of those rooms on other nodes", cluster::remoteProducers);
    metrics.gauge("cluster_subscriptions",
        "subscriptions on the event bus whose primary copy is here: the sum over all nodes is 3 for each node and 1 for each of its rooms",
        cluster::ownedSubscriptions);
    for (RowKey.Table table : RowKey.Table.values()) {
      metrics.gauge("cluster_rows_" + table.name().toLowerCase(Locale.ROOT),
          "rows of that shared map whose primary copy is here: the sum over all nodes is how many there are",
          () -> cluster.ownedRows(table));
    }
  }

  private static long sum(List<MediaLoop> loops, ToLongFunction<MediaLoop> value) {
    return loops.stream().mapToLong(value).sum();
  }

  private static <E extends Enum<E>> void showDrops(
      Metrics metrics, List<MediaLoop> loops, String name, String help, Class<E> reasons, Function<E, String> label) {
    List<long[]> counts = loops.stream().map(loop -> loop.environment().drops().of(reasons)).toList();
    for (E reason : reasons.getEnumConstants()) {
      metrics.counter(name, label.apply(reason), help,
          () -> counts.stream().mapToLong(count -> count[reason.ordinal()]).sum());
    }
  }
}
