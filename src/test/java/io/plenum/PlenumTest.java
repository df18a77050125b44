package io.plenum;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.plenum.server.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlenumTest {
  @ParameterizedTest
  @ValueSource(strings = {"--help", "-h"})
  void helpHasTheUsageAndEveryKey(String option) {
    String help = Plenum.answer(new String[] {"--http.port=1", option});
    assertTrue(help.startsWith("java -jar plenum.jar [--nodes=N]"), help);
    assertTrue(help.contains("\nhttp:\n") && help.contains("  roomsPerNode: 10000"), help);
  }

  @Test
  void versionIsOneLineWithThatOfJava() {
    String version = Plenum.answer(new String[] {"--version"});
    assertTrue(version.startsWith("Plenum ") && version.contains("Java " + Runtime.version()), version);
    assertFalse(version.contains("\n"));
  }

  @Test
  void whatIsNoQuestionStarts() {
    assertNull(Plenum.answer(new String[] {"--http.port", "8080", "--nodes=2"}));
    assertNull(Plenum.answer(new String[0]));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--nodes=2", "--nodes"})
  void nodesMayBeWrittenInBothWays(String argument) {
    assertTrue(LocalNodes.areAskedFor(new String[] {argument, "2"}));
  }

  @Test
  void whatEndsTheProcessIsOneLine() {
    assertEquals("the key x", Plenum.reason(new ConfigException("the key x")));
    assertEquals("java.lang.IllegalStateException", Plenum.reason(new IllegalStateException()));
    assertEquals("too little memory: give the JVM more, with -Xmx or -XX:MaxRAMPercentage",
        Plenum.reason(new OutOfMemoryError("Java heap space")));
  }
}
