package io.plenum;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * {@code --nodes=N}: a cluster on one machine, for a look at it and for work on it. Each node is a process of its own,
 * on 127.0.0.1 only, on the ports of the configuration or the next free ones, with a folder of its own in
 * {@code data.dir}. The nodes end with this process, however it ends; of the others, one may end alone.
 */
final class LocalNodes {
  private static final String NODES = "--nodes";
  private static final String HOST = "127.0.0.1";
  private static final int MAX_NODES = 8;
  /** Ports tried above the configured one. */
  private static final int PORTS_TRIED = 1_000;
  /** Longer than a node takes to close: where all drain at once, none has another to send its clients to. */
  private static final int STOP_TIMEOUT_S = 20;
  private static final int GRID_POLL_MS = 50;
  /** Of the JVM's own arguments, what two processes cannot both have. */
  private static final List<String> NOT_PASSED_ON = List.of("-agentlib:jdwp", "-Xrunjdwp", "-javaagent", "-XX:Flags", "-XX:+Flight",
      "-Dcom.sun.management.jmxremote.port");

  /** JDK that warns, in four lines, of the way in which Hazelcast reaches memory (JEP 471); the flag came with it. */
  private static final int UNSAFE_WARNS_SINCE = 23;

  /** Where one node listens. */
  private record Ports(int http, int media, int pipe, int grid, int bus) {}

  private final int count;
  private final List<String> passedOn = new ArrayList<>();
  private final PlenumConfig config;
  private final BitSet taken = new BitSet();
  private final List<Process> processes = new ArrayList<>();
  private final Map<Integer, String> urls = new ConcurrentHashMap<>();
  private final CountDownLatch allReady;
  /** Of this run: keeps other users of the machine out of grid and bus. */
  private final String secret = secret();
  private boolean stopping;

  /** @throws ConfigException when the arguments cannot be used */
  LocalNodes(String[] args, Map<String, String> environment) {
    int asked = 0;
    for (int i = 0; i < args.length; i++) {
      if (args[i].startsWith(NODES + "=")) {
        asked = number(args[i].substring(NODES.length() + 1));
      } else if (args[i].equals(NODES)) {
        asked = number(i + 1 < args.length ? args[++i] : "");
      } else {
        passedOn.add(args[i]);
      }
    }
    count = asked;
    allReady = new CountDownLatch(count);
    config = new ConfigLoader().load(passedOn.toArray(String[]::new), environment);
  }

  static boolean areAskedFor(String[] args) {
    return List.of(args).stream().anyMatch(argument -> argument.equals(NODES) || argument.startsWith(NODES + "="));
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 1 && number <= MAX_NODES) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new ConfigException("--nodes takes 1 to " + MAX_NODES + ", not \"" + text + "\"");
  }

  /** Starts the nodes, says where they are, and returns when all have ended: with the code for the process to exit with. */
  int run() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "plenum-stop-nodes"));
    try {
      List<Ports> ports = findPorts();
      for (int i = 0; i < count; i++) {
        Process process = start(i, ports);
        // The next one finds this one when it looks for members, so that there is one cluster from the start.
        if (!awaitGrid(process, ports.get(i).grid())) {
          break;
        }
      }
      if (!awaitReady()) {
        stop();
        return Plenum.EXIT_CANNOT_START;
      }
      System.out.println("Plenum is ready, " + count + (count == 1 ? " node:" : " nodes that share their rooms:"));
      IntStream.range(0, count).forEach(i -> System.out.println("  " + urls.get(i)));
      System.out.println("Open the same room on each of them. Ctrl-C ends " + (count == 1 ? "it." : "them all."));
      for (Process process : List.copyOf(processes)) {
        process.waitFor();
      }
      return 0;
    } catch (IOException e) {
      throw new ConfigException("cannot start another process: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static String secret() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return Base64.getEncoder().encodeToString(random);
  }

  private int loops() {
    return config.media().loops() > 0 ? config.media().loops() : Math.max(1, Runtime.getRuntime().availableProcessors() / count);
  }

  private List<Ports> findPorts() throws IOException {
    int http = config.http().port();
    int media = config.media().port();
    int pipe = config.pipe().port();
    int grid = config.cluster().port();
    int bus = config.cluster().busPort();
    List<Ports> found = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Ports ports = new Ports(take("http.port", http, 1), take("media.port", media, loops()), take("pipe.port", pipe, loops()),
          take("cluster.port", grid, 1), bus == 0 ? 0 : take("cluster.busPort", bus, 1));
      found.add(ports);
      http = ports.http() + 1;
      media = ports.media() + loops();
      pipe = ports.pipe() + loops();
      grid = ports.grid() + 1;
      bus = bus == 0 ? 0 : ports.bus() + 1;
    }
    return found;
  }

  /** @return the first port from which on that many are free, for UDP and TCP, and not taken for another purpose */
  private int take(String key, int from, int ports) throws IOException {
    InetAddress address = InetAddress.getByName(HOST);
    int run = 0;
    for (int port = from; port < Math.min(from + PORTS_TRIED, 65_536); port++) {
      run = !taken.get(port) && isFree(address, port) ? run + 1 : 0;
      if (run == ports) {
        taken.set(port - ports + 1, port + 1);
        return port - ports + 1;
      }
    }
    throw new ConfigException("no free ports from " + key + " " + from + " on");
  }

  private static boolean isFree(InetAddress address, int port) {
    try (ServerSocket tcp = new ServerSocket(); DatagramSocket udp = new DatagramSocket(null)) {
      tcp.setReuseAddress(true);
      tcp.bind(new InetSocketAddress(address, port));
      udp.bind(new InetSocketAddress(address, port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private synchronized Process start(int index, List<Ports> all) throws IOException {
    Ports ports = all.get(index);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> NOT_PASSED_ON.stream().noneMatch(argument::startsWith))
        .forEach(command::add);
    command.add("-XX:+ExitOnOutOfMemoryError");
    if (Runtime.version().feature() >= UNSAFE_WARNS_SINCE) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.add("-D" + Plenum.ENDS_WITH_INPUT + "=true");
    String classPath = System.getProperty("java.class.path");
    // The jar's manifest opens what Hazelcast asks for; a class path does not.
    command.addAll(classPath.endsWith(".jar") && !classPath.contains(File.pathSeparator)
        ? List.of("-jar", classPath)
        : List.of("-cp", classPath, Plenum.class.getName()));
    command.addAll(passedOn);
    // What comes last holds, over what the user gave for one node.
    command.addAll(List.of(
        "--data.dir=" + Path.of(config.data().dir(), "node-" + (index + 1)),
        "--node.ip=" + HOST,
        "--http.host=" + HOST, "--http.port=" + ports.http(), "--http.publicUrl=",
        "--media.ip=" + HOST, "--media.announcedIp=" + HOST, "--media.port=" + ports.media(), "--media.loops=" + loops(),
        "--pipe.ip=" + HOST, "--pipe.port=" + ports.pipe(),
        "--cluster.enabled=true", "--cluster.discovery=", "--cluster.config=", "--cluster.port=" + ports.grid(),
        "--cluster.busPort=" + ports.bus(),
        "--cluster.members=" + String.join(",", all.stream().map(p -> HOST + ":" + p.grid()).toList())));
    if (stopping) {
      throw new IOException("we are stopping");
    }
    ProcessBuilder builder = new ProcessBuilder(command);
    if (config.cluster().secret().isEmpty()) {
      // In the environment, which only this user sees, and not among the arguments, which all do.
      builder.environment().put("PLENUM_CLUSTER_SECRET", secret);
    }
    Process process = builder.start();
    processes.add(process);
    String name = "node " + (index + 1) + " | ";
    reader(process.getErrorStream(), line -> System.err.println(name + line));
    reader(process.getInputStream(), line -> onOutput(index, name, line));
    process.onExit().thenAccept(ended -> onExit(index, ended));
    return process;
  }

  private void onOutput(int index, String name, String line) {
    if (line.startsWith(Plenum.READY) && urls.put(index, line.substring(Plenum.READY.length())) == null) {
      allReady.countDown();
    } else {
      System.err.println(name + line);
    }
  }

  private synchronized void onExit(int index, Process process) {
    if (!stopping) {
      System.err.println("plenum: node " + (index + 1) + " (process " + process.pid() + ") has ended with code "
          + process.exitValue());
    }
  }

  /** @return false if the process ended before its grid listened */
  private static boolean awaitGrid(Process process, int port) throws IOException, InterruptedException {
    while (!process.waitFor(GRID_POLL_MS, TimeUnit.MILLISECONDS)) {
      try (Socket socket = new Socket(HOST, port)) {
        return socket.isConnected();
      } catch (ConnectException e) {
        // Not yet.
      }
    }
    return false;
  }

  /** @return false if one of them ended before all were ready */
  private boolean awaitReady() throws InterruptedException {
    while (!allReady.await(GRID_POLL_MS, TimeUnit.MILLISECONDS)) {
      if (processes.size() < count || processes.stream().anyMatch(process -> !process.isAlive())) {
        return false;
      }
    }
    return true;
  }

  /** Ends them in order: as with SIGTERM to each. */
  private void stop() {
    List<Process> ending;
    synchronized (this) {
      stopping = true;
      ending = List.copyOf(processes);
    }
    // The handle: Process.destroy would close its output as well, and with it the last lines of its log.
    ending.forEach(process -> process.toHandle().destroy());
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_TIMEOUT_S);
    try {
      for (Process process : ending) {
        if (!process.waitFor(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      ending.forEach(Process::destroyForcibly);
    }
  }

  private interface Line {
    void read(String line);
  }

  private static void reader(InputStream from, Line to) {
    Thread thread = new Thread(() -> {
      try (BufferedReader lines = new BufferedReader(new InputStreamReader(from, Charset.defaultCharset()))) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          to.read(line);
        }
      } catch (IOException e) {
        // The process has ended.
      }
    }, "plenum-output");
    thread.setDaemon(true);
    thread.start();
  }
}
