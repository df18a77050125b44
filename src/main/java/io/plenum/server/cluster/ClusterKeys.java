package io.plenum.server.cluster;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ECParameters;

/**
 * Keys that all nodes of a cluster derive from {@code cluster.secret} and {@code cluster.name} (docs/adr/0022). Without
 * a secret, which is allowed on loopback only, they are those of the empty one: the same code runs, and protects nothing.
 */
public final class ClusterKeys {
  /** A guess costs a tenth of a second: the grid's name, which follows from the secret, can be read on the wire. */
  private static final int ITERATIONS = 200_000;
  private static final int KEY_BITS = 256;
  /** 128 bits: two clusters never meet by chance. */
  private static final int NAME_BYTES = 16;
  static final String CURVE = "secp256r1";

  private final byte[] master;
  private final String clusterName;

  private ClusterKeys(byte[] master, String clusterName) {
    this.master = master;
    this.clusterName = clusterName;
  }

  /** Takes some 100 ms of processor time: once for each start. */
  public static ClusterKeys of(String secret, String clusterName) {
    byte[] salt = ("plenum cluster 1 " + clusterName).getBytes(StandardCharsets.UTF_8);
    PBEKeySpec spec = new PBEKeySpec(secret.toCharArray(), salt, ITERATIONS, KEY_BITS);
    try {
      byte[] master = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
      return new ClusterKeys(master, clusterName);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  /** Name of the data grid: members of another secret turn each other away before anything else. */
  String gridName() {
    return clusterName + "-" + HexFormat.of().formatHex(derive("HmacSHA256", "grid name"), 0, NAME_BYTES);
  }

  /** Key by which both ends of a grid connection prove that they know the secret: {@link GridHandshake}. */
  byte[] handshakeKey() {
    return derive("HmacSHA256", "grid handshake");
  }

  /** Private key on {@link #CURVE} of the authority that the cluster's event bus trusts: {@link BusTls}. */
  BigInteger busAuthorityKey() {
    X9ECParameters curve = ECNamedCurveTable.getByName(CURVE);
    // 384 bits modulo a number of 256: the bias is below 2^-128 (FIPS 186-5 A.2.1).
    BigInteger wide = new BigInteger(1, derive("HmacSHA384", "bus authority"));
    return wide.mod(curve.getN().subtract(BigInteger.ONE)).add(BigInteger.ONE);
  }

  private byte[] derive(String algorithm, String purpose) {
    return mac(algorithm, master, purpose.getBytes(StandardCharsets.UTF_8));
  }

  static byte[] mac(String algorithm, byte[] key, byte[]... parts) {
    try {
      Mac mac = Mac.getInstance(algorithm);
      mac.init(new SecretKeySpec(key, algorithm));
      for (byte[] part : parts) {
        mac.update(part);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no " + algorithm, e);
    }
  }
}
