package io.plenum.server.cluster;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.plenum.cluster.message.Row;
import io.plenum.cluster.message.SignalMessage;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterWarmUpTest {
  static Stream<Class<?>> kinds() {
    return Stream.concat(
        Stream.of(Row.class.getPermittedSubclasses()), Stream.of(SignalMessage.class.getPermittedSubclasses()));
  }

  /** A message that cannot be read empty is not warmed, and would end the node's start. */
  @ParameterizedTest
  @MethodSource("kinds")
  void eachKindCanBeReadEmpty(Class<?> kind) {
    Class<?> sealed = Row.class.isAssignableFrom(kind) ? Row.class : SignalMessage.class;
    assertNotNull(ClusterJson.read("{\"type\":\"" + kind.getSimpleName() + "\"}", sealed));
  }

  @Test
  void allKindsCanBeReadAndWritten() {
    assertDoesNotThrow(ClusterWarmUp::run);
  }
}
