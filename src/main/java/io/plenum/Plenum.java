package io.plenum;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import java.io.IOException;

/**
 * Starts one node, or several on this machine for a look at a cluster:
 * {@code java -jar plenum.jar [--nodes=N] [--conf FILE] [--KEY=VALUE …]}.
 */
public final class Plenum {
  /** Configuration that cannot be used, or a port that is taken. */
  static final int EXIT_CANNOT_START = 2;
  /** What the node prints on stdout, with its address behind it, when it is ready. */
  static final String READY = "Plenum is ready: ";
  /** System property of a node that {@link LocalNodes} has started: it ends when its standard input does. */
  static final String ENDS_WITH_INPUT = "plenum.endsWithInput";
  /** System property with {@code log.level}, which the {@code logback.xml} of the runnable jar reads. */
  static final String LOG_LEVEL = "plenum.log.level";

  private Plenum() {}

  public static void main(String[] args) {
    try {
      if (LocalNodes.areAskedFor(args)) {
        System.exit(new LocalNodes(args, System.getenv()).run());
      }
      if (Boolean.getBoolean(ENDS_WITH_INPUT)) {
        endWithInput();
      }
      start(new ConfigLoader().load(args, System.getenv()));
    } catch (ConfigException e) {
      fail(e.getMessage());
    }
  }

  private static void start(PlenumConfig config) {
    System.setProperty(LOG_LEVEL, config.log().level());
    PlenumOptions options = PlenumOptions.of(config)
        .whenSuperseded(Plenum::fail);
    Future<PlenumNode> starting = PlenumNode.start(options)
        .onFailure(failure -> fail(failure.getMessage()))
        .onSuccess(node -> node.ready().onSuccess(ready -> System.out.println(READY + node.url())));
    ProcessEnd end = new ProcessEnd(starting, config.drain().timeoutS());
    end.install();
  }

  /** The parent holds the other end of our input: when it dies, however it dies, the input ends. */
  private static void endWithInput() {
    Thread thread = new Thread(() -> {
      try {
        while (System.in.read() >= 0) {
          // Nobody has anything to say to us.
        }
      } catch (IOException e) {
        // As good as its end.
      }
      System.exit(0);
    }, "plenum-input");
    thread.setDaemon(true);
    thread.start();
  }

  private static void fail(String reason) {
    System.err.println("plenum: " + reason);
    Runtime.getRuntime().halt(EXIT_CANNOT_START);
  }
}
