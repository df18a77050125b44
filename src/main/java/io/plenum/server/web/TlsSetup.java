package io.plenum.server.web;

import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Turns {@code http.tls} into the server's options. */
public final class TlsSetup {
  private TlsSetup() {}

  /**
   * Reads files, so not on an event loop.
   *
   * @param names for a certificate of our own, beside those of the configuration
   * @throws ConfigException when the keys and files do not make a TLS server
   */
  static void apply(PlenumConfig config, List<String> names, HttpServerOptions options, Vertx vertx) {
    PlenumConfig.Http.Tls tls = config.http().tls();
    switch (tls.mode()) {
      case "off" -> { }
      case "self-signed" -> options.setSsl(true).setKeyCertOptions(selfSigned(config, names));
      case "pem" -> {
        requireFiles(config);
        options.setSsl(true).setKeyCertOptions(pem(tls, vertx));
      }
      default -> throw new ConfigException(
          "the key http.tls.mode takes off, self-signed or pem, not \"" + tls.mode() + "\"");
    }
  }

  /** @throws ConfigException when the files that the keys name are not there */
  public static void requireFiles(PlenumConfig config) {
    PlenumConfig.Http.Tls tls = config.http().tls();
    if (tls.mode().equals("pem")) {
      requireFile("http.tls.cert", tls.cert(), "the certificate chain");
      requireFile("http.tls.key", tls.key(), "the private key");
    }
  }

  /** Reads the files, so not on an event loop. @throws ConfigException as {@link #apply} */
  public static void check(PlenumConfig config, Vertx vertx) {
    if (config.http().tls().mode().equals("pem")) {
      apply(config, List.of(), new HttpServerOptions(), vertx);
    }
  }

  private static PemKeyCertOptions selfSigned(PlenumConfig config, List<String> names) {
    String publicUrl = config.http().publicUrl();
    String publicHost = publicUrl.isEmpty() ? "" : URI.create(publicUrl).getHost().replaceAll("[\\[\\]]", "");
    List<String> hosts = Stream.concat(Stream.of(config.http().host(), publicHost), names.stream())
        .filter(host -> !host.isBlank() && !host.equals("0.0.0.0") && !host.equals("::"))
        .distinct()
        .toList();
    SelfSignedCertificate made = SelfSignedCertificate.generate(hosts);
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(made.certificatePem()))
        .addKeyValue(Buffer.buffer(made.keyPem()));
  }

  private static PemKeyCertOptions pem(PlenumConfig.Http.Tls tls, Vertx vertx) {
    PemKeyCertOptions options = new PemKeyCertOptions()
        .setCertPath(Path.of(tls.cert()).toAbsolutePath().toString())
        .setKeyPath(Path.of(tls.key()).toAbsolutePath().toString());
    try {
      options.getKeyManagerFactory(vertx);
    } catch (Exception e) {
      throw new ConfigException("http.tls.cert " + tls.cert() + " and http.tls.key " + tls.key()
          + " do not make a certificate with its key: " + e.getMessage());
    }
    return options;
  }

  private static void requireFile(String key, String file, String what) {
    if (file.isBlank()) {
      throw new ConfigException("http.tls.mode=pem needs the key " + key + ": the PEM file with " + what);
    }
    if (!Files.isReadable(Path.of(file)) || Files.isDirectory(Path.of(file))) {
      throw new ConfigException("the key " + key + " names " + file + ", which cannot be read as a file");
    }
  }
}
