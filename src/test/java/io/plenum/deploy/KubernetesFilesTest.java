package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyIngressRule;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.plenum.server.config.ConfigLoader;
import io.plenum.server.config.PlenumConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;

/** The manifests are objects that Kubernetes knows, and refer to each other and to the node's keys correctly. */
class KubernetesFilesTest {
  private static final Map<String, Class<? extends HasMetadata>> KINDS = Map.of(
      "v1/ConfigMap", ConfigMap.class,
      "v1/Service", Service.class,
      "apps/v1/StatefulSet", StatefulSet.class,
      "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
      "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class,
      "networking.k8s.io/v1/Ingress", Ingress.class);
  private static final String CONF = "kubernetes.yaml";

  private static final List<HasMetadata> objects = new ArrayList<>();
  private static PlenumConfig config;

  private static final YAMLMapper yaml = new YAMLMapper();

  /**
   * Mapper of the types' own Jackson, 3. The types keep fields that they do not know; here such a field is a mistake.
   */
  private static final JsonMapper types = JsonMapper.builder()
      .annotationIntrospector(new JacksonAnnotationIntrospector() {
        private static final long serialVersionUID = 1;

        @Override
        public Boolean hasAnySetter(MapperConfig<?> mapper, Annotated annotated) {
          return false;
        }
      })
      .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
      .build();

  @BeforeAll
  static void read() throws IOException {
    for (String file : List.of("k8s/plenum.yaml", "k8s/ingress.yaml")) {
      for (JsonNode tree : yaml.readerFor(JsonNode.class).<JsonNode>readValues(Path.of(file).toFile()).readAll()) {
        String kind = tree.path("apiVersion").asText() + "/" + tree.path("kind").asText();
        assertTrue(KINDS.containsKey(kind), file + " has a " + kind);
        objects.add(types.readValue(tree.toString(), KINDS.get(kind)));
      }
    }
    Map<String, String> environment = new HashMap<>();
    container().getEnv().forEach(variable -> environment.put(variable.getName(), "10.1.2.3"));
    config = new ConfigLoader().load(
        new String[] {"--conf", "conf/" + CONF, "--cluster.secretFile=", "--cluster.secret=the secret of this test"}, environment);
  }

  private static <T extends HasMetadata> T the(Class<T> type, String name) {
    return objects.stream().filter(type::isInstance).map(type::cast)
        .filter(object -> object.getMetadata().getName().equals(name)).findFirst().orElseThrow();
  }

  private static StatefulSet set() {
    return the(StatefulSet.class, "plenum");
  }

  private static PodSpec pod() {
    return set().getSpec().getTemplate().getSpec();
  }

  private static Container container() {
    return pod().getContainers().get(0);
  }

  private static Set<String> ports(String prefix) {
    return container().getPorts().stream().filter(port -> port.getName().startsWith(prefix))
        .map(port -> port.getContainerPort() + "/" + (port.getProtocol() == null ? "TCP" : port.getProtocol()))
        .collect(Collectors.toSet());
  }

  private static Set<String> range(int first, int count, String protocol) {
    return IntStream.range(first, first + count).mapToObj(port -> port + "/" + protocol).collect(Collectors.toSet());
  }

  @Test
  void aFieldThatKubernetesDoesNotKnowWouldBeNoticed() {
    String wrong = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selectors: {a: b}}\n";
    String message = org.junit.jupiter.api.Assertions
        .assertThrows(JacksonException.class, () -> types.readValue(yaml.readTree(wrong).toString(), Service.class)).getMessage();
    assertTrue(message.contains("selectors"), message);
  }

  @Test
  void everySelectorMeetsThePods() {
    Map<String, String> labels = set().getSpec().getTemplate().getMetadata().getLabels();
    List<Map<String, String>> selectors = new ArrayList<>();
    selectors.add(set().getSpec().getSelector().getMatchLabels());
    selectors.add(the(Service.class, "plenum").getSpec().getSelector());
    selectors.add(the(Service.class, "plenum-nodes").getSpec().getSelector());
    selectors.add(the(PodDisruptionBudget.class, "plenum").getSpec().getSelector().getMatchLabels());
    selectors.add(the(NetworkPolicy.class, "plenum").getSpec().getPodSelector().getMatchLabels());
    selectors.add(pod().getAffinity().getPodAntiAffinity().getRequiredDuringSchedulingIgnoredDuringExecution().get(0)
        .getLabelSelector().getMatchLabels());
    for (Map<String, String> selector : selectors) {
      assertFalse(selector.isEmpty());
      assertTrue(labels.entrySet().containsAll(selector.entrySet()), selector.toString());
    }
  }

  @Test
  void everyPortThatIsCalledByItsNameIsAPortOfThePod() {
    Set<String> names = container().getPorts().stream().map(ContainerPort::getName).collect(Collectors.toSet());
    assertEquals(names.size(), container().getPorts().size());
    List<IntOrString> called = new ArrayList<>();
    for (String service : List.of("plenum", "plenum-nodes")) {
      the(Service.class, service).getSpec().getPorts().forEach(port -> called.add(port.getTargetPort()));
    }
    for (Probe probe : List.of(container().getStartupProbe(), container().getLivenessProbe(), container().getReadinessProbe())) {
      called.add(probe.getHttpGet().getPort());
    }
    the(NetworkPolicy.class, "plenum").getSpec().getIngress().forEach(rule -> rule.getPorts().stream()
        .filter(port -> port.getPort().getStrVal() != null).forEach(port -> called.add(port.getPort())));
    called.forEach(port -> assertTrue(names.contains(port.getStrVal()), port.toString()));
    assertEquals("http", the(Ingress.class, "plenum").getSpec().getRules().get(0).getHttp().getPaths().get(0)
        .getBackend().getService().getPort().getName());
    assertEquals("http", the(Service.class, "plenum").getSpec().getPorts().get(0).getName());
  }

  @Test
  void thePodOpensThePortsThatTheNodeListensOn() {
    int loops = config.media().loops();
    assertEquals(range(config.http().port(), 1, "TCP"), ports("http"));
    assertEquals(range(config.media().port(), loops, "UDP"), ports("media-udp"));
    assertEquals(range(config.media().port(), loops, "TCP"), ports("media-tcp"));
    assertEquals(range(config.pipe().port(), loops, "UDP"), ports("pipe"));
    assertEquals(range(config.cluster().port(), 1, "TCP"), ports("grid"));
    assertEquals(range(config.cluster().busPort(), 1, "TCP"), ports("bus"));
  }

  @Test
  void onlyMediaPortsAreOpenOnTheMachineAndUnderTheNumbersThatClientsAreTold() {
    for (ContainerPort port : container().getPorts()) {
      assertEquals(port.getName().startsWith("media") ? port.getContainerPort() : null, port.getHostPort(), port.getName());
    }
  }

  @Test
  void portsBetweenNodesAreOpenToNodesOnly() {
    Set<Integer> inner = container().getPorts().stream()
        .filter(port -> !port.getName().startsWith("media") && !port.getName().equals("http"))
        .map(ContainerPort::getContainerPort).collect(Collectors.toCollection(HashSet::new));
    for (NetworkPolicyIngressRule rule : the(NetworkPolicy.class, "plenum").getSpec().getIngress()) {
      boolean nodesOnly = !rule.getFrom().isEmpty()
          && rule.getFrom().stream().allMatch(peer -> peer.getPodSelector() != null && peer.getIpBlock() == null);
      rule.getPorts().forEach(port -> {
        int first = port.getPort().getStrVal() == null ? port.getPort().getIntVal() : container().getPorts().stream()
            .filter(p -> p.getName().equals(port.getPort().getStrVal())).findFirst().orElseThrow().getContainerPort();
        int last = port.getEndPort() == null ? first : port.getEndPort();
        for (int number = first; number <= last; number++) {
          assertEquals(nodesOnly, inner.contains(number), "port " + number);
          inner.remove(nodesOnly ? number : -1);
        }
      });
    }
    assertEquals(Set.of(), inner, "not reachable for other nodes either");
  }

  @Test
  void podsFindEachOtherBeforeTheyAreReady() {
    Service nodes = the(Service.class, config.cluster().members());
    assertEquals("kubernetes", config.cluster().discovery());
    assertEquals("None", nodes.getSpec().getClusterIP());
    assertTrue(nodes.getSpec().getPublishNotReadyAddresses());
    assertEquals(nodes.getMetadata().getName(), set().getSpec().getServiceName());
  }

  @Test
  void theConfigurationInTheManifestIsTheOneOfConf() throws IOException {
    ConfigMap map = the(ConfigMap.class, "plenum");
    assertEquals(Files.readString(Path.of("conf", CONF)).strip(), map.getData().get(CONF).strip());
    assertEquals(map.getMetadata().getName(), pod().getVolumes().stream()
        .filter(volume -> volume.getConfigMap() != null).findFirst().orElseThrow().getConfigMap().getName());
    VolumeMount mount = container().getVolumeMounts().stream()
        .filter(m -> m.getName().equals("conf")).findFirst().orElseThrow();
    assertEquals(List.of("--conf", mount.getMountPath() + "/" + CONF), container().getArgs());
  }

  @Test
  void theClustersSecretIsWhereTheNodeLooksForItAndInNoManifest() throws IOException {
    Volume volume = pod().getVolumes().stream().filter(v -> v.getSecret() != null).findFirst().orElseThrow();
    VolumeMount mount = container().getVolumeMounts().stream()
        .filter(m -> m.getName().equals(volume.getName())).findFirst().orElseThrow();
    assertEquals(mount.getMountPath() + "/secret",
        yaml.readTree(Path.of("conf", CONF).toFile()).at("/cluster/secretFile").asText());
    String how = Files.readString(Path.of("k8s/plenum.yaml"));
    assertTrue(how.contains("create secret generic " + volume.getSecret().getSecretName() + " --from-literal=secret="), how);
    // The user that the pod runs as reads it through its group.
    assertEquals(0440, volume.getSecret().getDefaultMode());
    assertEquals(10001, pod().getSecurityContext().getFsGroup());
  }

  @Test
  void clientsComeBackThroughTheIngress() {
    Ingress ingress = the(Ingress.class, "plenum");
    assertEquals("https://" + ingress.getSpec().getRules().get(0).getHost(), config.http().publicUrl());
    assertEquals(List.of(ingress.getSpec().getRules().get(0).getHost()), ingress.getSpec().getTls().get(0).getHosts());
  }

  @Test
  void everyMountHasItsVolumeAndTheNodesNameIsOnOneThatStays() {
    Set<String> volumes = pod().getVolumes().stream().map(volume -> volume.getName()).collect(Collectors.toSet());
    String kept = set().getSpec().getVolumeClaimTemplates().get(0).getMetadata().getName();
    container().getVolumeMounts().forEach(mount -> {
      assertTrue(volumes.contains(mount.getName()) || mount.getName().equals(kept), mount.getName());
      assertEquals(mount.getMountPath().equals(config.data().dir()), mount.getName().equals(kept));
    });
  }

  @Test
  void noVariableOfAServiceIsTakenForAKey() {
    assertEquals(false, pod().getEnableServiceLinks());
  }

  @Test
  void thePodHasTimeToSendItsClientsAwayAndToClose() {
    List<String> hook = container().getLifecycle().getPreStop().getExec().getCommand();
    assertEquals("sleep", hook.get(0));
    int stopTimeoutS = config.drain().timeoutS() + 15;
    assertTrue(pod().getTerminationGracePeriodSeconds() > Integer.parseInt(hook.get(1)) + stopTimeoutS);
  }

  @Test
  void oneProbeAsksWhetherItLivesAndAnotherWhetherClientsMayCome() {
    assertEquals("/healthz", container().getLivenessProbe().getHttpGet().getPath());
    assertEquals("/readyz", container().getReadinessProbe().getHttpGet().getPath());
  }
}
