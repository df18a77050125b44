package io.plenum.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The bare loop, and the same publishers and receivers as the scenario's on the same loops of the bench. */
final class BareSide implements Side {
  private final List<BenchLoop> loops;
  private final List<MediaPath> paths = new ArrayList<>();
  private final MeasuredProcess process;
  private final Windows windows;

  private record Peer(MediaPath up, MediaPath down, SentStream audio, SentStream video) {}

  BareSide(Scenario scenario, BenchOptions options, List<BenchLoop> loops, Launcher launcher, boolean gso)
      throws IOException {
    this.loops = loops;
    Path pauseLog = launcher.newPauseLog();
    Process started = launcher.startBareLoop(pauseLog);
    SplittableRandom random = new SplittableRandom(7);
    List<Windows.Flow> flows = new ArrayList<>();
    List<String> receivers = new ArrayList<>();
    List<String> publishers = new ArrayList<>();
    // The loop's port is known only when it has its plan: the paths are connected afterwards.
    for (int room = 0; room < scenario.rooms(); room++) {
      List<Peer> peers = new ArrayList<>();
      int firstReceiver = receivers.size();
      List<Integer> receiverOf = new ArrayList<>();
      for (int i = 0; i < scenario.peersPerRoom(); i++) {
        BenchLoop loop = loops.get(paths.size() % loops.size());
        MediaPath up = scenario.publishes(i) ? open(loop, random) : null;
        MediaPath down = scenario.subscribes(i) ? open(loop, random) : null;
        receiverOf.add(down == null ? -1 : firstReceiver + receiverOf.stream().mapToInt(r -> r < 0 ? 0 : 1).sum());
        if (down != null) {
          receivers.add("receiver " + down.localPort() + " " + key(down, random));
        }
        peers.add(new Peer(up, down,
            up != null && scenario.audio() ? stream(up, false, options, random) : null,
            up != null && scenario.video() ? stream(up, true, options, random) : null));
      }
      for (int i = 0; i < peers.size(); i++) {
        int self = i;
        Peer from = peers.get(i);
        if (from.up() == null) {
          continue;
        }
        publishers.add("publisher " + from.up().localPort() + " " + key(from.up(), random) + " "
            + IntStream.range(0, peers.size()).filter(j -> j != self && peers.get(j).down() != null)
                .mapToObj(j -> receiverOf.get(j).toString()).collect(Collectors.joining(",")));
        for (Peer to : peers) {
          for (SentStream stream : from.up().sent) {
            if (to != from && to.down() != null) {
              BenchLoop loop = to.down().loop;
              ReceivedStream received = new ReceivedStream(stream.ssrc, null, loop.latency);
              to.down().add(received, 0);
              flows.add(new Windows.Flow(loop, received, stream));
            }
          }
        }
      }
    }
    Writer plan = new OutputStreamWriter(started.getOutputStream(), StandardCharsets.US_ASCII);
    plan.write((gso ? "gso" : "plain") + "\n");
    for (String line : receivers) {
      plan.write(line + "\n");
    }
    for (String line : publishers) {
      plan.write(line + "\n");
    }
    plan.write("end\n");
    plan.flush();
    BufferedReader answer =
        new BufferedReader(new InputStreamReader(started.getInputStream(), StandardCharsets.US_ASCII));
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(answer.readLine().strip()));
    for (MediaPath path : paths) {
      path.connect(address);
      path.loop.call(() -> {
        path.loop.add(path);
        return null;
      });
    }
    process = new MeasuredProcess(started, pauseLog);
    windows = new Windows(loops, flows);
  }

  private MediaPath open(BenchLoop loop, SplittableRandom random) {
    MediaPath path = new MediaPath(loop, new InetSocketAddress("127.0.0.1", 9), random.nextInt());
    paths.add(path);
    return path;
  }

  /** Makes one, for both directions of the path, and tells the path. */
  private static String key(MediaPath path, SplittableRandom random) {
    byte[] bytes = new byte[28];
    random.nextBytes(bytes);
    String hex = HexFormat.of().formatHex(bytes);
    path.onKeys(BareLoop.keys(hex), BareLoop.keys(hex));
    return hex;
  }

  private static SentStream stream(MediaPath up, boolean video, BenchOptions options, SplittableRandom random) {
    SentStream stream = new SentStream(video, random.nextInt() & ~1, video ? "1" : "0", options.evenFrames());
    up.sent.add(stream);
    return stream;
  }

  @Override
  public Windows windows() {
    return windows;
  }

  @Override
  public List<MeasuredProcess> processes() {
    return List.of(process);
  }

  @Override
  public void publish(boolean on) {
    for (MediaPath path : paths) {
      if (!path.sent.isEmpty()) {
        path.loop.call(() -> {
          path.publish(on, System.nanoTime());
          return null;
        });
      }
    }
  }

  @Override
  public String trouble() {
    return process.isAlive() ? null : "the bare loop has ended";
  }

  @Override
  public void close() {
    process.close();
    for (MediaPath path : paths) {
      path.loop.call(() -> {
        path.loop.remove(path);
        return null;
      });
    }
  }
}
