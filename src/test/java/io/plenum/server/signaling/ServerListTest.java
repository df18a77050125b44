package io.plenum.server.signaling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ServerListTest {
  private long nowNs;
  private int news;
  private final ServerList servers = new ServerList(() -> nowNs);

  @Test
  void aNodeThatIsAloneNamesItself() {
    assertEquals(List.of(), servers.urls());
    servers.own("http://a:1");
    assertEquals(List.of("http://a:1"), servers.urlsFor(new Random(1)));
  }

  @Test
  void eachClientGetsTheOthersInAnOrderOfItsOwnBehindThisNode() {
    servers.own("http://a:1");
    servers.others(List.of("http://b:1", "http://c:1", "http://d:1"));
    Set<List<String>> orders = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      List<String> urls = servers.urlsFor(new Random(seed));
      assertEquals("http://a:1", urls.get(0));
      assertEquals(Set.copyOf(servers.urls()), Set.copyOf(urls));
      orders.add(urls);
    }
    assertEquals(6, orders.size());
  }

  @Test
  void nodesBehindOneAddressAreOne() {
    servers.own("https://call.example.org");
    servers.others(List.of("https://call.example.org", "https://CALL.example.org:443/"));
    assertEquals(List.of("https://call.example.org"), servers.urls());
  }

  @Test
  void whatIsNoAddressIsLeftOutAndNoListIsEndless() {
    servers.others(List.of("javascript:alert(1)", "http://b; script-src *", "http://b:1"));
    assertEquals(List.of("http://b:1"), servers.urls());
    servers.others(IntStream.range(0, 100).mapToObj(i -> "http://node" + i).toList());
    assertEquals(ServerList.MAX_OTHERS, servers.urls().size());
  }

  @Test
  void whoMustGoIsNamedTheOthersOnlyInAnOrderOfItsOwn() {
    servers.own("http://a:1");
    assertEquals(List.of(), servers.elsewhereFor(new Random(1)));
    servers.others(List.of("http://b:1", "http://c:1", "http://d:1"));
    Set<List<String>> orders = new HashSet<>();
    for (int seed = 0; seed < 100; seed++) {
      List<String> urls = servers.elsewhereFor(new Random(seed));
      assertEquals(Set.of("http://b:1", "http://c:1", "http://d:1"), Set.copyOf(urls));
      orders.add(urls);
    }
    assertEquals(6, orders.size());
    assertFalse(servers.sharedEntry());
  }

  @Test
  void behindOneEntryThatIsWhereToGoAsLongAsThereIsAnotherNode() {
    servers.own("https://call.example.org");
    servers.others(List.of("https://call.example.org"));
    assertTrue(servers.sharedEntry());
    assertEquals(List.of("https://call.example.org"), servers.elsewhereFor(new Random(1)));
    servers.others(List.of());
    assertEquals(List.of(), servers.elsewhereFor(new Random(1)));
  }

  @Test
  void anEntryIsAlsoKnownWhenTheOthersHaveNamedItBeforeThisNodeListens() {
    servers.others(List.of("https://call.example.org", "http://b:1"));
    servers.own("https://call.example.org");
    assertTrue(servers.sharedEntry());
    assertEquals(List.of("https://call.example.org", "http://b:1"), servers.urls());
  }

  @Test
  void onlyChangesAreTold() {
    Runnable cancel = servers.onChange(() -> news++);
    servers.own("http://a:1");
    servers.own("http://a:1");
    servers.others(List.of("http://b:1"));
    servers.others(List.of("http://b:1"));
    assertEquals(2, news);
    cancel.run();
    servers.others(List.of());
    assertEquals(2, news);
  }

  @Test
  void thePagesOfANodeThatHasDiedAreKnownForADay() {
    servers.own("http://a:1");
    servers.others(List.of("http://b:1"));
    nowNs += 2 * ServerList.REMEMBER_NS;
    assertTrue(servers.knowsOrigin("http://b:1"), "it is there, however long ago it came");
    servers.others(List.of());
    nowNs += ServerList.REMEMBER_NS;
    assertTrue(servers.knowsOrigin("http://b:1"), "it was there until a day ago");
    nowNs++;
    assertFalse(servers.knowsOrigin("http://b:1"));
    assertTrue(servers.knowsOrigin("http://a:1"));
  }

  @Test
  void nobodyElseIsKnown() {
    servers.own("http://a:1");
    servers.others(List.of("https://b.example"));
    for (String foreign : List.of("http://a", "http://a:2", "https://a:1", "http://b.example", "https://b.example.evil", "null", "")) {
      assertFalse(servers.knowsOrigin(foreign), foreign);
    }
  }

  @Test
  void aNodeOnLoopbackIsKnownUnderBothNamesButNoLongerOne() {
    servers.others(List.of("http://localhost:1"));
    assertTrue(servers.knowsOrigin("http://127.0.0.1:1"));
    assertFalse(servers.knowsOrigin("http://127.0.0.1:2"));
    servers.others(List.of("http://localhost.evil:1"));
    assertFalse(servers.knowsOrigin("http://127.0.0.1.evil:1"));
  }

  @Test
  void nodesThatComeAndGoForEverAreForgotten() {
    servers.own("http://a:1");
    for (int i = 0; i < 3 * ServerList.MAX_ORIGINS; i++) {
      servers.others(List.of("http://node" + i));
    }
    List<Integer> known = new ArrayList<>(IntStream.range(0, 3 * ServerList.MAX_ORIGINS)
        .filter(i -> servers.knowsOrigin("http://node" + i)).boxed().toList());
    assertTrue(known.size() <= ServerList.MAX_ORIGINS, () -> "knows " + known.size());
    assertEquals(3 * ServerList.MAX_ORIGINS - 1, known.get(known.size() - 1));
    assertTrue(servers.knowsOrigin("http://a:1"));
  }
}
