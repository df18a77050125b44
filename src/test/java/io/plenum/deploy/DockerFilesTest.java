package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** What can be held without a container engine: that the files fit each other, the repository and the node. */
class DockerFilesTest {
  private static final Path DOCKERFILE = Path.of("docker/Dockerfile");
  private static final Path COMPOSE = Path.of("docker/compose.yaml");
  private static final List<String> NODES = List.of("node1", "node2", "node3");

  /** Instructions, continued lines joined, without comments. */
  private static List<String> instructions() throws IOException {
    String text = Files.readString(DOCKERFILE).replaceAll("(?m)^#.*\n", "").replaceAll("\\\\\n\\s*", " ");
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object of) {
    return (Map<String, Object>) of;
  }

  private static List<?> list(Object of) {
    return (List<?>) of;
  }

  /** Shell-like variables have their default. */
  private static Map<String, Object> compose() throws IOException {
    String text = Files.readString(COMPOSE).replaceAll("\\$\\{\\w+:-([^}]*)}", "$1");
    return map(new Yaml().load(text));
  }

  private static Map<String, Object> service(String name) throws IOException {
    return map(map(compose().get("services")).get(name));
  }

  private static PlenumConfig configOf(String name) throws IOException {
    Map<String, String> environment = new HashMap<>(Map.of("PLENUM_DATA_DIR", "/data"));
    map(service(name).get("environment")).forEach((key, value) -> {
      assertTrue(value instanceof String, key + " must be quoted, or compose reads it as something else");
      environment.put(key, (String) value);
    });
    String[] command = list(service(name).get("command")).stream().map(String::valueOf).toArray(String[]::new);
    return new ConfigLoader().load(command, environment);
  }

  @Test
  void whatTheImageCopiesFromTheRepositoryIsThereAndNotIgnored() throws IOException {
    List<String> ignored = Files.readAllLines(Path.of(".dockerignore"));
    for (String line : instructions()) {
      List<String> words = List.of(line.split("\\s+"));
      if (words.get(0).equals("COPY") && !words.get(1).startsWith("--from")) {
        for (String source : words.subList(1, words.size() - 1)) {
          assertTrue(Files.exists(Path.of(source)), source);
          assertTrue(ignored.contains("!" + Path.of(source).getName(0)), source + " is left out by .dockerignore");
        }
      }
    }
  }

  @Test
  void everyImageIsPinnedToAVersion() throws IOException {
    for (String line : instructions()) {
      if (line.startsWith("FROM ")) {
        assertTrue(line.matches("FROM [a-z/-]+:\\d+\\.\\d+\\.\\d+[\\w.-]*( AS \\w+)?"), line);
      }
    }
  }

  @Test
  void theImageDoesNotRunAsRoot() throws IOException {
    assertTrue(instructions().contains("USER 10001:10001"));
  }

  @Test
  void theVariablesThatTheImageSetsAreKeys() throws IOException {
    Map<String, String> environment = new HashMap<>();
    for (String line : instructions()) {
      Matcher matcher = Pattern.compile("ENV (\\w+)=(\\S+)").matcher(line);
      if (matcher.matches()) {
        environment.put(matcher.group(1), matcher.group(2));
      }
    }
    assertEquals("/data", new ConfigLoader().load(new String[0], environment).data().dir());
    assertTrue(instructions().contains("VOLUME /data"));
  }

  @Test
  void theScriptsOfTheImageMayBeExecuted() {
    assertTrue(Files.isExecutable(Path.of("docker/start.sh")));
    assertTrue(Files.isExecutable(Path.of("docker/health.sh")));
  }

  @Test
  void eachNodeOfTheComposeFileFindsTheOthersByTheNamesOfTheirServices() throws IOException {
    for (String node : NODES) {
      PlenumConfig config = configOf(node);
      assertTrue(config.cluster().enabled());
      assertEquals("node1:5701,node2:5701,node3:5701", config.cluster().members());
      assertEquals("0.0.0.0", config.http().host(), "the entry reaches it");
      assertEquals("127.0.0.1", config.media().announcedIp());
      assertEquals(List.of(config.http().publicUrl().replace("http://localhost", "127.0.0.1") + ":8080"), service("entry").get("ports"));
    }
  }

  @Test
  void eachNodeOfTheComposeFilePublishesTheMediaPortsItListensOnAndNoOthers() throws IOException {
    List<String> seen = new ArrayList<>();
    for (String node : NODES) {
      PlenumConfig.Media media = configOf(node).media();
      String range = media.port() + "-" + (media.port() + media.loops() - 1);
      assertEquals(List.of(range + ":" + range + "/udp", range + ":" + range + "/tcp"), service(node).get("ports"));
      assertTrue(!seen.contains(range), "two nodes publish " + range);
      seen.add(range);
    }
  }

  @Test
  void eachNodeOfTheComposeFileHasAVolumeOfItsOwn() throws IOException {
    List<Object> seen = new ArrayList<>();
    for (String node : NODES) {
      String volume = (String) list(service(node).get("volumes")).get(0);
      assertTrue(volume.endsWith(":/data"));
      assertTrue(map(compose().get("volumes")).containsKey(volume.split(":")[0]));
      assertTrue(!seen.contains(volume), volume);
      seen.add(volume);
    }
  }

  @Test
  void theEntryWaitsForEveryNodeAndHandsConnectionsToEach() throws IOException {
    assertEquals(NODES, List.copyOf(map(service("entry").get("depends_on")).keySet()));
    String nginx = Files.readString(Path.of("docker/nginx.conf"));
    for (String node : NODES) {
      assertTrue(nginx.contains("server " + node + ":" + configOf(node).http().port()), node);
    }
    assertTrue(nginx.contains("proxy_set_header Upgrade"));
  }

  /** Metrics are served under {@code /metrics/} as well. */
  @Test
  void theEntryClosesWhatIsForOperatorsWhateverFollowsItsName() throws IOException {
    String nginx = Files.readString(Path.of("docker/nginx.conf"));
    Matcher closed = Pattern.compile("location ~ (\\S+) \\{ return 404; }").matcher(nginx);
    assertTrue(closed.find(), nginx);
    Pattern paths = Pattern.compile(closed.group(1));
    for (String path : List.of("/metrics", "/metrics/", "/metrics/x", "/debug", "/debug/")) {
      assertTrue(paths.matcher(path).find(), path);
    }
    for (String path : List.of("/", "/metricsystem", "/app.js", "/ws", "/sockjs/info")) {
      assertFalse(paths.matcher(path).find(), path);
    }
  }

  @Test
  void aNodeThatIsMadeAgainIsFoundUnderItsNewAddress() throws IOException {
    String nginx = Files.readString(Path.of("docker/nginx.conf"));
    assertTrue(nginx.contains("resolver 127.0.0.11 valid=5s"), "Docker's own DNS");
    assertTrue(nginx.contains("zone nodes "), "what resolve needs");
    for (String node : NODES) {
      assertTrue(nginx.contains("server " + node + ":" + configOf(node).http().port() + " resolve "), node);
    }
  }

  /** Netty's direct memory may become as large as the heap. */
  @Test
  void heapAndDirectMemoryFitIntoAContainersLimit() throws IOException {
    Matcher share = Pattern.compile("MaxRAMPercentage=(\\d+)").matcher(Files.readString(Path.of("docker/start.sh")));
    assertTrue(share.find());
    assertTrue(2 * Integer.parseInt(share.group(1)) <= 80, share.group());
    assertTrue(Files.readString(Path.of("docker/compose.yaml")).contains("mem_limit: 2g"), "else it is the machine's memory, three times");
  }
}
