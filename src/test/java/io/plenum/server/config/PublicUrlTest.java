package io.plenum.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PublicUrlTest {
  @ParameterizedTest(name = "[{index}] {2}")
  @CsvSource(delimiter = '|', value = {
      "--http.host=127.0.0.1                                   | http://localhost:7         | browsers give cameras to localhost",
      "--http.host=::1                                         | http://localhost:7         | loopback of IPv6",
      "--auth.allowOpen=true                                   | http://192.0.2.9:7         | all addresses: the node's own",
      "--auth.allowOpen=true --http.host=192.0.2.5             | http://192.0.2.5:7         | one address: nothing listens elsewhere",
      "--auth.allowOpen=true --http.host=2001:db8::5           | http://[2001:db8::5]:7     | IPv6 is bracketed",
      "--http.tls.mode=self-signed                             | https://localhost:7        | the scheme is that of the listener",
      "--http.publicUrl=https://Call.Example.org:443/          | https://call.example.org   | what is configured wins, in its normal form",
      "--http.publicUrl=http://192.0.2.1:8080                  | http://192.0.2.1:8080      | with a port",
  })
  void whereClientsFindTheNodeFollowsFromItsConfiguration(String arguments, String url, String why) {
    PlenumConfig config = new ConfigLoader().load(arguments.split(" "), Map.of());
    assertEquals(url, PublicUrl.of(config, "192.0.2.9", 7), why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"call.example.org", "ftp://call.example.org", "https://", "https://call.example.org/page",
      "https://a b", "https://user@host", "https://host:port", "https://host;script-src *", "https://-host", "https://[::1"})
  void whatIsNoAddressStopsTheStart(String url) {
    ConfigException refusal = assertThrows(ConfigException.class,
        () -> new ConfigLoader().load(new String[] {"--http.publicUrl=" + url}, Map.of()));
    assertTrue(refusal.getMessage().contains("http.publicUrl"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains(url), refusal.getMessage());
  }
}
