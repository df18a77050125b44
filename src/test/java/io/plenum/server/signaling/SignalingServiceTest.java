package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.plenum.server.config.ConfigLoader;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SignalingServiceTest {
  @Test
  void whatAClientSaysToAColdNodeCountsAsUnhandledSoThatItsSocketBoundsIt() {
    Vertx vertx = Vertx.vertx();
    try {
      // Before it is warm it touches no room.
      SignalingService cold = new SignalingService(vertx, null, null,
          new ConfigLoader().load(new String[0], Map.of()).limits(), new ServerList(System::nanoTime));
      SignalingEndpoint.Connection early = cold.open("r", "p", null);
      AtomicInteger handled = new AtomicInteger();
      for (int i = 0; i < 1_000; i++) {
        early.onFrame("{}", handled::incrementAndGet);
      }
      assertEquals(0, handled.get());
    } finally {
      vertx.close().await();
    }
  }
}
