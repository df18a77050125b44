package io.plenum.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  @TempDir Path folder;

  private static PlenumConfig load(Map<String, String> environment, String... arguments) {
    return new ConfigLoader().load(arguments, environment);
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("plenum.yaml"), yaml);
  }

  @Test
  void withNoConfigurationTheDefaultsOfTheJarHold() {
    PlenumConfig config = load(Map.of());
    assertEquals(4443, config.http().port());
    assertEquals("off", config.http().tls().mode());
    assertEquals(40000, config.media().port());
    assertEquals(false, config.cluster().enabled());
    assertEquals(0.0, config.net().impair().lossPercent());
  }

  @Test
  void theCommandLineBeatsTheEnvironmentAndThatBeatsTheFile() throws IOException {
    String conf = file("http:\n  port: 1\n  host: 127.0.0.1\nmedia:\n  port: 7\n").toString();
    PlenumConfig config =
        load(Map.of("PLENUM_HTTP_PORT", "2", "PLENUM_MEDIA_PORT", "8", "PATH", "/bin"), "--conf", conf, "--http.port=3");
    assertEquals("127.0.0.1", config.http().host());
    assertEquals(8, config.media().port());
    assertEquals(3, config.http().port());
  }

  @Test
  void keysWithDotsMayBeWrittenAsSections() throws IOException {
    assertEquals("pem", load(Map.of(), "--conf=" + file("http:\n  tls:\n    mode: pem\n")).http().tls().mode());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "--http.prot=1      | unknown key http.prot on the command line: did you mean http.port?",
      "--http.port=many   | the key http.port takes a whole number, not \"many\" (on the command line)",
      "--http.port=1.5    | the key http.port takes a whole number, not \"1.5\" (on the command line)",
      "--pipe.srtp=yes    | the key pipe.srtp takes true or false, not \"yes\" (on the command line)",
      "--net.impair.lossPercent=x | the key net.impair.lossPercent takes a number, not \"x\" (on the command line)",
      "--zzzzzzzzzzzz=1   | unknown key zzzzzzzzzzzz on the command line: conf/plenum.yaml lists every key",
      "--http=1           | unknown key http on the command line: conf/plenum.yaml lists every key",
      "--http.tls.mode=on | the key http.tls.mode takes one of off, pem, self-signed, not \"on\"",
      "--http.port=70000  | the key http.port takes a port, with room for 1 up to 65535, not 70000",
      "--net.impair.lossPercent=101 | the key net.impair.lossPercent takes 0 to 100 (percent), not 101",
      "--http.port=99999999999 | the key http.port takes a number of 32 bits at most, not 99999999999 (on the command line)",
      "--media.loops=-1   | the key media.loops takes 0 to 1024 (0 is one for each processor), not -1",
      "--http.host=0.0.0.0 | auth.mode=none would let in anyone who reaches http.host=0.0.0.0: set http.host=127.0.0.1, or auth.allowOpen=true if that is what you want",
      "--limits.dataMessagesPerSecond=0 | the key limits.dataMessagesPerSecond takes 1 to 1000000000 (messages of one client), not 0",
      "--limits.dataConsumersPerPeer=3000 | limits.pendingRequestsPerPeer must not be less than limits.consumersPerPeer and limits.dataConsumersPerPeer together: whoever joins a full room is asked about every consumer at once",
      "--limits.mediaMbitPerSecond=0 | the key limits.mediaMbitPerSecond takes 1 to 8000 (of one peer; one loop reads no more), not 0",
      "--limits.mediaPacketsPerSecond=2000000 | the key limits.mediaPacketsPerSecond takes 1 to 1000000 (of one peer), not 2000000",
      "http.port=1        | cannot read the argument \"http.port=…\": write --KEY=VALUE or --conf FILE",
      "-x                 | cannot read the argument \"-x\": write --KEY=VALUE or --conf FILE",
      "--=1               | cannot read the argument \"--=…\": write --KEY=VALUE or --conf FILE",
      "--                 | cannot read the argument \"--\": write --KEY=VALUE or --conf FILE",
      "--http.port        | --http.port needs a value behind it",
      "--limits.rooms=1   | unknown key limits.rooms on the command line: did you mean limits.roomsPerNode?",
      "--limits.peers=1   | unknown key limits.peers on the command line: did you mean limits.peersPerRoom?",
      "--roomsPerNode=1   | unknown key roomsPerNode on the command line: did you mean limits.roomsPerNode?",
      "--HTTP.PORT=1      | unknown key HTTP.PORT on the command line: did you mean http.port?",
      "-cluster.secret=x y | cannot read the argument \"-cluster.secret=…\": write --KEY=VALUE or --conf FILE",
      "--conf             | --conf needs a file name behind it",
      "--conf=/nowhere/x  | cannot read the configuration file /nowhere/x",
  })
  void refusesWithOneLineThatNamesTheKey(String argument, String message) {
    assertEquals(message, assertThrows(ConfigException.class, () -> load(Map.of(), argument.strip())).getMessage());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "limits.joinTimeoutS=0            | 1 to 86400",
      "limits.messagesPerSecond=0       | 1 to 1000000",
      "limits.messageBytes=999          | 1000 to 1000000000",
      "limits.roomsPerNode=0            | 1 to 1000000000",
      "limits.peersPerRoom=-1           | 1 to 1000000000",
      "limits.transportsPerPeer=0       | 1 to 1000000000",
      "limits.producersPerPeer=-1       | 0 to 1000000000",
      "limits.consumersPerPeer=2000000000 | 0 to 1000000000",
      "limits.connections=0             | 1 to 1000000000",
      "limits.pendingRequestsPerPeer=0  | 1 to 1000000000",
      "net.impair.delayMs=-1            | 0 to 60000",
      "net.impair.lossPercent=NaN       | 0 to 100",
      "net.impair.busRepeatPercent=-0.5 | 0 to 100",
      "media.consentTimeoutS=9          | 10 to 60",
      "cluster.maxSilenceS=2            | 3 to 3600",
      "room.routerCapacity=0            | 1 to 1000000000",
      "drain.timeoutS=-1                | 0 to 86400",
      "drain.clientsPerSecond=0         | 1 to 1000000000",
  })
  void aNumberThatCannotWorkIsRefusedByItsKey(String setting, String range) {
    String message = assertThrows(ConfigException.class, () -> load(Map.of(), "--" + setting)).getMessage();
    assertEquals("the key " + setting.substring(0, setting.indexOf('=')) + " takes " + range,
        message.substring(0, message.indexOf(" (")), message);
  }

  @Test
  void everyNumberHasBounds() throws IOException {
    JsonNode defaults = new YAMLMapper().readTree(ConfigLoader.class.getResourceAsStream("/plenum.yaml"));
    List<String> numbers = new ArrayList<>();
    collectNumbers("", defaults, numbers);
    assertTrue(numbers.size() > 25, numbers.toString());
    for (String key : numbers) {
      for (int wrong : new int[] {-1, Integer.MAX_VALUE}) {
        String message = assertThrows(ConfigException.class, () -> load(Map.of(), "--" + key + "=" + wrong), key).getMessage();
        assertTrue(message.startsWith("the key " + key + " takes "), message);
      }
    }
  }

  /** Of all keys but the seed, which may be anything. */
  private static void collectNumbers(String prefix, JsonNode node, List<String> into) {
    node.properties().forEach(field -> {
      if (field.getValue().isObject()) {
        collectNumbers(prefix + field.getKey() + ".", field.getValue(), into);
      } else if (field.getValue().isNumber() && !field.getKey().equals("seed")) {
        into.add(prefix + field.getKey());
      }
    });
  }

  @Test
  void aSeedMayHaveAllBitsThereAre() {
    assertEquals(-99_999_999_999L, load(Map.of(), "--net.impair.seed=-99999999999").net().impair().seed());
  }

  @Test
  void withoutAuthenticationOnlyThisMachineGetsInUnlessSomebodySaysSo() {
    assertEquals("127.0.0.1", load(Map.of()).http().host());
    assertEquals("0.0.0.0", load(Map.of(), "--auth.allowOpen=true").http().host());
    assertEquals("0.0.0.0", load(Map.of(), "--auth.allowOpen=true", "--http.host=0.0.0.0").http().host());
    assertEquals("localhost", load(Map.of(), "--http.host=localhost").http().host());
  }

  @Test
  void whatKubernetesSaysOfAServiceOfOurNameIsNotMeantForUs() {
    PlenumConfig config = load(Map.of("PLENUM_SERVICE_HOST", "10.0.0.1", "PLENUM_PORT", "tcp://10.0.0.1:80",
        "PLENUM_PORT_4443_TCP_ADDR", "10.0.0.1", "PLENUM_HEADLESS_SERVICE_PORT_HTTP", "80", "PLENUM_HTTP_PORT", "81"));
    assertEquals(81, config.http().port());
  }

  @Test
  void refusesAnUnknownVariableOfOurPrefix() {
    assertEquals("unknown key PLENUM_HTTP_PROT in the environment: did you mean PLENUM_HTTP_PORT?",
        assertThrows(ConfigException.class, () -> load(Map.of("PLENUM_HTTP_PROT", "1"))).getMessage());
  }

  @Test
  void aValueMayStandBehindItsKey() {
    PlenumConfig config = load(Map.of(), "--http.port", "8080", "--net.impair.seed", "-5", "--http.host=127.0.0.1");
    assertEquals(8080, config.http().port());
    assertEquals(-5, config.net().impair().seed());
    assertEquals("--http.port needs a value behind it",
        assertThrows(ConfigException.class, () -> load(Map.of(), "--http.port", "--auth.allowOpen=true")).getMessage());
  }

  @Test
  void aVariableMayNameTheFileThatHasTheValue() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "over there\n");
    assertEquals("over there", load(Map.of("PLENUM_NODE_REGION_FILE", secret.toString())).node().region());
    assertEquals("the environment has both PLENUM_NODE_REGION and PLENUM_NODE_REGION_FILE: one of them is enough",
        assertThrows(ConfigException.class,
            () -> load(Map.of("PLENUM_NODE_REGION", "x", "PLENUM_NODE_REGION_FILE", secret.toString()))).getMessage());
    assertEquals("PLENUM_NODE_REGION_FILE in the environment names /no/such, which cannot be read as a file of text",
        assertThrows(ConfigException.class, () -> load(Map.of("PLENUM_NODE_REGION_FILE", "/no/such"))).getMessage());
    Path number = Files.writeString(folder.resolve("number"), "many");
    assertEquals("the key http.port takes a whole number, not \"many\" (in the file of PLENUM_HTTP_PORT_FILE)",
        assertThrows(ConfigException.class, () -> load(Map.of("PLENUM_HTTP_PORT_FILE", number.toString())))
            .getMessage());
  }

  @Test
  void everyKeyIsListedWithItsReason() {
    assertTrue(ConfigLoader.everyKey().contains("  port: 4443                 # TCP port"), ConfigLoader.everyKey());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "http:/  port: 1/   host: x/          | mapping values are not allowed here (line 3, column 8)",
      "http:/\tport: 1/                     | found character '\\t(TAB)' that cannot start any token. (Do not use",
      "http:/  port: 1/ host: x/            | expected <block end>, but found '<block mapping start>' (line 3, column 2)",
      "http: [/                             | expected the node content, but found '<stream end>' (line 2, column 1)",
      "http:/  port: 1/http:/  host: x/     | Duplicate field",
  })
  void whatIsWrongInAFileIsSaidWithItsPlace(String yaml, String problem) throws IOException {
    String file = file(yaml.replace('/', '\n')).toString();
    String message = assertThrows(ConfigException.class, () -> load(Map.of(), "--conf", file)).getMessage();
    assertTrue(message.startsWith(file + " is not valid YAML: " + problem), message);
    assertEquals(-1, message.indexOf('\n'), "one line");
  }

  @Test
  void refusesAFileThatIsNoMappingOrHasUnknownKeysOrLists() throws IOException {
    String list = file("- a\n- b\n").toString();
    assertThrows(ConfigException.class, () -> load(Map.of(), "--conf", list));
    String unknown = file("http:\n  prot: 1\n").toString();
    assertEquals("unknown key http.prot in " + unknown + ": did you mean http.port?",
        assertThrows(ConfigException.class, () -> load(Map.of(), "--conf", unknown)).getMessage());
    String nested = file("http:\n  allowedOrigins: [a, b]\n").toString();
    assertThrows(ConfigException.class, () -> load(Map.of(), "--conf", nested));
    String broken = file("http: [\n").toString();
    assertThrows(ConfigException.class, () -> load(Map.of(), "--conf", broken));
  }
}
