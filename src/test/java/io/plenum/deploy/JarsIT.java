package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents of the two jars of the build: Plenum alone in the library; in the other, all it runs on, with licences. */
class JarsIT {
  private static final Path RUNNABLE = Path.of("target/plenum.jar");
  private static final String THIRD_PARTY = "META-INF/THIRD-PARTY.txt";

  private static Path library() throws IOException {
    try (Stream<Path> files = Files.list(RUNNABLE.getParent())) {
      List<Path> found = files
          .filter(file -> file.getFileName().toString().matches("plenum-\\d.*(?<!-sources)\\.jar")).toList();
      assertEquals(1, found.size(), found::toString);
      return found.get(0);
    }
  }

  private static String text(JarFile jar, String entry) throws IOException {
    return new String(jar.getInputStream(jar.getEntry(entry)).readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private static List<String> classes(JarFile jar) {
    return jar.stream().map(entry -> entry.getName().replaceFirst("META-INF/versions/\\d+/", ""))
        .filter(name -> name.endsWith(".class")).toList();
  }

  @Test
  void theLibraryHoldsItsOwnClassesAndNoLoggersConfiguration() throws IOException {
    try (JarFile jar = new JarFile(library().toFile())) {
      assertEquals(List.of(), classes(jar).stream().filter(name -> !name.startsWith("io/plenum/")).toList());
      assertEquals(null, jar.getEntry("logback.xml"));
      assertEquals("io.plenum", jar.getManifest().getMainAttributes().getValue("Automatic-Module-Name"));
      for (String name : classes(jar)) {
        assertTrue(!text(jar, name).contains("ch/qos/logback"), name + " needs logback, which an application need not have");
      }
    }
  }

  @Test
  void theRunnableJarNamesTheLicenceOfEachPackage() throws IOException {
    try (JarFile jar = new JarFile(RUNNABLE.toFile())) {
      List<String> packages = text(jar, THIRD_PARTY).lines()
          .filter(line -> line.matches("\\w+(\\.\\w+)+ {2,}\\S.*"))
          .map(line -> line.substring(0, line.indexOf(' ')).replace('.', '/') + "/").toList();
      List<String> unnamed = classes(jar).stream()
          .filter(name -> !name.startsWith("io/plenum/") && !name.equals("module-info.class"))
          .filter(name -> packages.stream().noneMatch(name::startsWith)).toList();
      assertEquals(List.of(), unnamed);
    }
  }

  @Test
  void theRunnableJarHasTheTextsOfTheLicences() throws IOException {
    try (JarFile jar = new JarFile(RUNNABLE.toFile())) {
      assertEquals(Files.readString(Path.of("LICENSE")), text(jar, "META-INF/LICENSE"));
      for (String part : List.of("The Legion of the Bouncy Castle Inc.", "Copyright (c) 2004-2023 QOS.ch",
          "Eclipse Public License - v 2.0", "BSD 2-Clause License")) {
        assertTrue(text(jar, THIRD_PARTY).contains(part), part);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"logback.xml", "plenum.yaml", "META-INF/NOTICE"})
  void theRunnableJarHas(String entry) throws IOException {
    try (JarFile jar = new JarFile(RUNNABLE.toFile())) {
      assertTrue(jar.getEntry(entry) != null);
    }
  }

  @Test
  void theRunnableJarStartsPlenum() throws IOException {
    try (JarFile jar = new JarFile(RUNNABLE.toFile())) {
      Attributes attributes = jar.getManifest().getMainAttributes();
      assertEquals(Map.of("Main-Class", "io.plenum.Plenum", "Multi-Release", "true"),
          Map.of("Main-Class", attributes.getValue("Main-Class"), "Multi-Release", attributes.getValue("Multi-Release")));
    }
  }
}
