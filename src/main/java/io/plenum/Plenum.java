package io.plenum;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Future;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
  /** In {@code data.dir} while the node is ready. docker/health.sh looks at it where TLS keeps it from asking. */
  private static final String READY_FILE = "ready";
  /** System property of a node that {@link LocalNodes} has started: it ends when its standard input does. */
  static final String ENDS_WITH_INPUT = "plenum.endsWithInput";
  /** System property with {@code log.level}, which the {@code logback.xml} of the runnable jar reads. */
  static final String LOG_LEVEL = "plenum.log.level";

  private Plenum() {}

  private static final String NO_MEMORY = "too little memory: give the JVM more, with -Xmx or -XX:MaxRAMPercentage";
  private static final byte[] NO_MEMORY_LINE = ("plenum: " + NO_MEMORY + "\n").getBytes(StandardCharsets.UTF_8);
  private static final FileOutputStream STDERR = new FileOutputStream(FileDescriptor.err);
  /** Given back when there is no memory left, so that the process can end by itself. */
  private static byte[] reserve = new byte[256 * 1024];
  private static final String USAGE = """
      java -jar plenum.jar [--nodes=N] [--conf FILE] [--KEY=VALUE …]

        --nodes=N      a cluster of 1 to 8 nodes on this machine, to look at
        --conf FILE    YAML with the keys that shall differ from their defaults
        --KEY=VALUE    one key, such as --http.port=8080; --KEY VALUE is the same
        --help, -h     this text
        --version      version of Plenum and of Java

      The command line beats the environment (PLENUM_HTTP_PORT=8080, or PLENUM_HTTP_PORT_FILE=a file that has the
      value), and that beats the file. Every key with its default:

      """;

  public static void main(String[] args) {
    String answer = answer(args);
    if (answer != null) {
      System.out.println(answer);
      return;
    }
    // A node without memory that lives on serves nobody and holds its place.
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> onUncaught(failure));
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
    } catch (OutOfMemoryError e) {
      failWithoutMemory();
    }
  }

  /** Text to print in place of a start, or null. */
  static String answer(String[] args) {
    List<String> all = List.of(args);
    if (all.contains("--help") || all.contains("-h")) {
      return USAGE + ConfigLoader.everyKey();
    }
    String version = Plenum.class.getPackage().getImplementationVersion();
    return all.contains("--version")
        ? "Plenum " + (version == null ? "dev" : version) + ", Java " + Runtime.version() + ", "
            + System.getProperty("os.name")
        : null;
  }

  private static void onUncaught(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      failWithoutMemory();
    }
    LoggerFactory.getLogger(Plenum.class).error("a thread has ended", failure);
  }

  /** One line for who starts the process. */
  static String reason(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return NO_MEMORY;
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  private static void start(PlenumConfig config) {
    System.setProperty(LOG_LEVEL, config.log().level());
    PlenumOptions options = PlenumOptions.of(config)
        .whenSuperseded(Plenum::fail);
    Path readyFile = Path.of(config.data().dir(), READY_FILE);
    // Only now is data.dir ours, and with it what a former process has left.
    delete(readyFile);
    Future<PlenumNode> starting = PlenumNode.start(options)
        .onFailure(failure -> fail(reason(failure)))
        .onSuccess(node -> node.ready().onSuccess(ready -> tellReady(node, readyFile)));
    ProcessEnd end = new ProcessEnd(starting, config.drain().timeoutS());
    end.install();
  }

  private static void tellReady(PlenumNode node, Path readyFile) {
    try {
      Files.writeString(readyFile, node.url() + "\n");
    } catch (IOException e) {
      LoggerFactory.getLogger(Plenum.class).warn("cannot write {} reason=\"{}\"", readyFile, e.getMessage());
    }
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

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      fail("cannot write to data.dir: " + e.getMessage());
    }
  }

  /** Asks for next to no memory: what is written was there before. */
  private static void failWithoutMemory() {
    reserve = null;
    try {
      STDERR.write(NO_MEMORY_LINE);
    } catch (IOException e) {
      // The code says it, too.
    }
    Runtime.getRuntime().halt(EXIT_CANNOT_START);
  }

  private static void fail(String reason) {
    System.err.println("plenum: " + reason);
    Runtime.getRuntime().halt(EXIT_CANNOT_START);
  }
}
