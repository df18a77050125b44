package io.plenum;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import org.slf4j.LoggerFactory;

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
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.toLevel(config.log().level(), Level.INFO));
    PlenumOptions options = PlenumOptions.of(config)
        .whenSuperseded(Plenum::fail);
    Future<PlenumNode> starting = PlenumNode.start(options)
        .onFailure(failure -> fail(failure.getMessage()))
        .onSuccess(node -> node.ready().onSuccess(ready -> tellUrls(node)));
    ProcessEnd end = new ProcessEnd(starting, config.drain().timeoutS());
    end.install();
  }

  private static void tellUrls(PlenumNode node) {
    System.out.println(READY + node.url());
    List<String> outside = node.urlsFromOutside();
    if (!outside.isEmpty()) {
      System.out.println("From other machines: " + String.join(" or ", outside));
    }
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
