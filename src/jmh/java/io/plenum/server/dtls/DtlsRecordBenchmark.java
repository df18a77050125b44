package io.plenum.server.dtls;

import io.plenum.protocol.dtls.DtlsCertificate;
import io.plenum.protocol.dtls.DtlsCertificates;
import io.plenum.protocol.dtls.DtlsFingerprint;
import io.plenum.protocol.dtls.DtlsRole;
import io.plenum.protocol.dtls.DtlsSrtpNegotiation;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.tls.DTLSTransport;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Records of application data on the loop, of an SCTP packet's size, with our cipher and with BouncyCastle's. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DtlsRecordBenchmark {
  private static final int DATA_BYTES = 1_100;
  private static final int RECORD_BYTES = 2_048;

  @Param({"jdk", "bouncycastle"})
  public String cipher;

  private final byte[] data = new byte[DATA_BYTES];
  private final byte[] sent = new byte[RECORD_BYTES];
  private final byte[] plaintext = new byte[RECORD_BYTES];
  private int sentLength;
  private DtlsTransport toServer;
  private DTLSTransport client;
  private DTLSTransport server;
  private byte[] replayed;
  private byte[] forged;

  @Setup
  public void setUp() throws Exception {
    SecureRandom random = new SecureRandom();
    BcTlsCrypto crypto = cipher.equals("jdk") ? new DtlsCrypto(random) : new BcTlsCrypto(random);
    DtlsCertificate certificate = DtlsCertificates.fresh();
    DtlsTransport[] ends = new DtlsTransport[2];
    ends[0] = new DtlsTransport((bytes, offset, length) -> ends[1].offer(Arrays.copyOfRange(bytes, offset, offset + length)));
    ends[1] = new DtlsTransport((bytes, offset, length) -> ends[0].offer(Arrays.copyOfRange(bytes, offset, offset + length)));
    CompletableFuture<DTLSTransport> serverDone = handshake(crypto, certificate, DtlsRole.SERVER, ends[1]);
    client = handshake(crypto, certificate, DtlsRole.CLIENT, ends[0]).get(30, TimeUnit.SECONDS);
    server = serverDone.get(30, TimeUnit.SECONDS);
    toServer = ends[1];
    ends[0].moveToLoop((bytes, offset, length) -> {
      System.arraycopy(bytes, offset, sent, 0, length);
      sentLength = length;
    });
    toServer.moveToLoop((bytes, offset, length) -> { });
    send();
    replayed = Arrays.copyOf(sent, sentLength);
    receive(replayed, replayed.length);
    send();
    forged = Arrays.copyOf(sent, sentLength);
    forged[forged.length / 2] ^= 1;
  }

  private static CompletableFuture<DTLSTransport> handshake(
      BcTlsCrypto crypto, DtlsCertificate certificate, DtlsRole role, DtlsTransport transport) {
    CompletableFuture<DTLSTransport> done = new CompletableFuture<>();
    DtlsFingerprint fingerprint = certificate.fingerprints().get(2);
    new Thread(new DtlsHandshake(crypto, certificate, DtlsOptions.defaults(), role, fingerprint, transport,
        new DtlsHandshake.Listener() {
          @Override
          public void onHandshakeDone(DTLSTransport association, DtlsSrtpNegotiation negotiation) {
            done.complete(association);
          }

          @Override
          public void onHandshakeFailed(String reason, Throwable cause) {
            done.completeExceptionally(new IllegalStateException(reason, cause));
          }
        })).start();
    return done;
  }

  private int receive(byte[] record, int length) throws IOException {
    toServer.hand(record, 0, length);
    try {
      return server.receive(plaintext, 0, plaintext.length, 0);
    } catch (DtlsTransport.Empty nothingInside) {
      return -1;
    }
  }

  @Benchmark
  public int send() throws IOException {
    client.send(data, 0, DATA_BYTES);
    return sentLength;
  }

  /** Less {@link #send}, this is receiving: a record is good only once. */
  @Benchmark
  public int sendAndReceive() throws IOException {
    send();
    int length = receive(sent, sentLength);
    if (length != DATA_BYTES) {
      throw new IllegalStateException("dropped: " + length);
    }
    return length;
  }

  @Benchmark
  public int receiveForged() throws IOException {
    return receive(forged, forged.length);
  }

  @Benchmark
  public int receiveReplayed() throws IOException {
    return receive(replayed, replayed.length);
  }
}
