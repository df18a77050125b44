package io.plenum.server.cluster;

import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.instance.impl.DefaultNodeContext;
import com.hazelcast.instance.impl.DefaultNodeExtension;
import com.hazelcast.instance.impl.HazelcastInstanceFactory;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.instance.impl.NodeExtension;
import com.hazelcast.nio.MemberSocketInterceptor;
import java.security.SecureRandom;
import java.util.UUID;

/**
 * The embedded data grid behind a {@link GridHandshake}. Hazelcast makes socket interceptors in its enterprise edition
 * only, where its open edition has an empty method: that method is filled in here (docs/adr/0022).
 */
final class GuardedGrid {
  /** Member attribute in which Vert.x looks for its node's id when the Hazelcast is given to it. */
  private static final String VERTX_NODE_ID = "__vertx.nodeId";
  private static final String HANDSHAKE = "plenum.handshake";

  private GuardedGrid() {}

  /** Starts a member and waits until it has joined. Not for an event loop. */
  static HazelcastInstance start(Config config, ClusterKeys keys) {
    GridHandshake handshake = new GridHandshake(keys.handshakeKey(), new SecureRandom());
    GridConfig.requireHandshake(config);
    config.getMemberAttributeConfig().setAttribute(VERTX_NODE_ID, UUID.randomUUID().toString());
    config.getUserContext().put(HANDSHAKE, handshake);
    return HazelcastInstanceFactory.newHazelcastInstance(config, null, new DefaultNodeContext() {
      @Override
      public NodeExtension createNodeExtension(Node node) {
        return new DefaultNodeExtension(node) {
          @Override
          public MemberSocketInterceptor getSocketInterceptor(EndpointQualifier endpoint) {
            return handshake;
          }
        };
      }
    });
  }

  /** Connections that this member has refused; of an application's own Hazelcast none. */
  static long refused(HazelcastInstance hazelcast, GridHandshake.Refusal reason) {
    return hazelcast.getUserContext().get(HANDSHAKE) instanceof GridHandshake handshake ? handshake.refused(reason) : 0;
  }
}
