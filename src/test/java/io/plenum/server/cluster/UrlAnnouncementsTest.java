package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.plenum.cluster.message.Owner;
import io.plenum.server.cluster.UrlAnnouncements.Announcement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UrlAnnouncementsTest {
  private static final Owner A = new Owner("a", 10);
  private static final Owner B = new Owner("b", 10);
  private static final Owner C = new Owner("c", 10);

  private final List<Announcement> published = new ArrayList<>();
  private final List<List<String>> told = new ArrayList<>();
  private final UrlAnnouncements urls = new UrlAnnouncements(new UrlAnnouncements.Sink() {
    @Override
    public void publish(Announcement announcement) {
      published.add(announcement);
    }

    @Override
    public void onOthers(List<String> others) {
      told.add(others);
    }
  });

  private void hear(Owner owner, String url) {
    urls.onAnnouncement(new Announcement(owner, url, false));
  }

  @Test
  void anAddressCountsWhileItsServerIsUp() {
    hear(B, "http://b");
    assertEquals(List.of(), told, "not a member yet");
    urls.onServerUp(B);
    urls.onServerDown(B);
    assertEquals(List.of(List.of("http://b"), List.of()), told);
  }

  @Test
  void aSilentServerIsLeftOutUnlessThereIsNoOther() {
    hear(B, "http://b");
    hear(C, "http://c");
    urls.onServerUp(B);
    urls.onServerUp(C);
    told.clear();
    urls.onSuspected(B, true);
    urls.onSuspected(C, true);
    urls.onSuspected(B, false);
    urls.onSuspected(C, false);
    assertEquals(List.of(List.of("http://c"), List.of("http://b", "http://c"), List.of("http://b"),
        List.of("http://b", "http://c")), told);
  }

  @Test
  void thoseThatAreUpStandInOneOrderAndOnlyChangesAreTold() {
    urls.onServerUp(C);
    urls.onServerUp(B);
    hear(C, "http://c");
    hear(B, "http://b");
    hear(B, "http://b");
    assertEquals(List.of(List.of("http://c"), List.of("http://b", "http://c")), told);
  }

  @Test
  void aServerThatTakesNoMoreClientsIsLeftOut() {
    urls.onServerUp(B);
    hear(B, "http://b");
    hear(B, "");
    assertEquals(List.of(), told.get(told.size() - 1));
  }

  @Test
  void whatAnEarlierLifeOfAServerSaysLateIsIgnored() {
    urls.onServerUp(new Owner("b", 20));
    hear(new Owner("b", 20), "http://new");
    hear(B, "http://old");
    urls.onServerDown(B);
    assertEquals(List.of(List.of("http://new")), told);
  }

  @Test
  void whoeverComesAsksAndIsAnsweredOnce() {
    urls.announce(A, "http://a");
    assertEquals(List.of(new Announcement(A, "http://a", true)), published);
    urls.onAnnouncement(new Announcement(B, "http://b", true));
    assertEquals(new Announcement(A, "http://a", false), published.get(1), "an answer asks nobody");
    hear(C, "http://c");
    assertEquals(2, published.size());
  }

  @Test
  void theOwnAddressIsRepeatedUntilItIsWithdrawn() {
    urls.onRepeat();
    assertEquals(List.of(), published, "nothing to say yet");
    urls.announce(A, "http://a");
    urls.onRepeat();
    urls.announce(A, "");
    urls.onRepeat();
    assertEquals(List.of("http://a", "http://a", ""), published.stream().map(Announcement::url).toList());
  }

  @Test
  void theOwnEchoAndWhatMakesNoSenseAreIgnored() {
    urls.announce(A, "http://a");
    urls.onServerUp(A);
    hear(A, "http://a");
    hear(null, "http://x");
    urls.onServerUp(B);
    hear(B, null);
    assertEquals(List.of(), told);
  }

  @Test
  void moreServersThanAClusterHasAreNotRemembered() {
    for (int i = 0; i < 2 * UrlAnnouncements.MAX_SERVERS; i++) {
      Owner owner = new Owner(String.format("s%05d", i), 1);
      hear(owner, "http://s" + i);
      urls.onServerUp(owner);
    }
    assertEquals(UrlAnnouncements.MAX_SERVERS, told.get(told.size() - 1).size());
  }

  @Test
  void anAnnouncementSurvivesTheWireAndAnotherVersionsFields() {
    Announcement announcement = new Announcement(B, "http://b", true);
    assertEquals(announcement, ClusterJson.read(ClusterJson.write(announcement), Announcement.class));
    assertEquals(announcement, ClusterJson.read(
        "{\"owner\":{\"serverId\":\"b\",\"incarnation\":10},\"url\":\"http://b\",\"ask\":true,\"weight\":3}", Announcement.class));
    assertNull(ClusterJson.read("[]", Announcement.class));
  }
}
