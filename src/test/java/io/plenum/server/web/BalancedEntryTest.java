package io.plenum.server.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.plenum.server.signaling.ProtooConnection;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that knows one address alone, a balancer's in front of two nodes, as mediasoup-demo's app does. */
class BalancedEntryTest {
  private static final String HOST = "127.0.0.1";
  private static final String ENTRY = "http://balancer.example";
  /** Close code that protoo-client takes for the end. */
  private static final String FOR_GOOD = "4000";

  private final TestNode first = new TestNode();
  private final TestNode second = new TestNode();
  private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
  private NetClient toNodes;
  private WebSocketClient clients;
  private int entryPort;

  @BeforeEach
  void start() {
    for (TestNode node : List.of(first, second)) {
      node.servers.own(ENTRY);
      node.servers.others(List.of(ENTRY));
    }
    toNodes = second.vertx.createNetClient();
    clients = second.vertx.createWebSocketClient();
    entryPort = TestNode.await(second.vertx.createNetServer()
        .connectHandler(client -> client.handler(head -> pass(client, head, List.of(first.port, second.port))))
        .listen(0, HOST)).actualPort();
  }

  @AfterEach
  void stop() {
    second.close();
    first.close();
  }

  /**
   * The next node takes it if one cannot be reached or answers 503, as with nginx's proxy_next_upstream. The first is
   * always asked.
   */
  private void pass(NetSocket client, Buffer head, List<Integer> ports) {
    client.pause();
    toNodes.connect(ports.get(0), HOST).onComplete(connected -> {
      List<Integer> next = ports.subList(1, ports.size());
      if (connected.failed()) {
        passOn(client, head, next);
        return;
      }
      NetSocket node = connected.result();
      node.handler(answer -> {
        if (answer.toString().startsWith("HTTP/1.1 503")) {
          node.closeHandler(null);
          node.close();
          passOn(client, head, next);
          return;
        }
        client.write(answer);
        client.handler(node::write);
        node.handler(client::write);
        client.closeHandler(closed -> node.close());
        client.resume();
      });
      node.closeHandler(closed -> client.close());
      node.write(head);
    });
  }

  private void passOn(NetSocket client, Buffer head, List<Integer> next) {
    if (next.isEmpty()) {
      client.close();
    } else {
      pass(client, head, next);
    }
  }

  /**
   * Reads no notification, and comes back to where it was at once: the second that protoo-client waits would only
   * help.
   */
  private void connect() {
    ClientWebSocket socket = clients.webSocket();
    socket.closeHandler(closed -> {
      ends.add(String.valueOf(socket.closeStatusCode()));
      if (!FOR_GOOD.equals(String.valueOf(socket.closeStatusCode()))) {
        connect();
      }
    });
    socket.connect(new WebSocketConnectOptions().setHost(HOST).setPort(entryPort).setURI("/?roomId=r&peerId=p")
        .addSubProtocol("protoo"));
  }

  @Test
  void aClientWhoseNodeDrainsIsBackOnTheOtherByTheSameAddress() throws Exception {
    connect();
    TestNode.Peer before = first.peer();
    first.servers.drain();
    before.channel.close(ProtooConnection.COME_BACK, "node-draining: this server is about to stop; connect again");
    TestNode.Peer after = second.peer();
    assertEquals("r p", after.roomId + " " + after.peerId);
    assertEquals("4001", TestNode.take(ends));
    assertEquals(0, first.peers.size(), "the node that drains has let nobody in");
  }

  @Test
  void aClientWhoseNodeStopsIsBackOnTheOtherByTheSameAddress() throws Exception {
    connect();
    first.peer();
    first.servers.drain();
    TestNode.await(first.vertx.undeploy(first.web.deploymentID()));
    assertEquals("r", second.peer().roomId);
    assertNotEquals(FOR_GOOD, TestNode.take(ends));
  }
}
