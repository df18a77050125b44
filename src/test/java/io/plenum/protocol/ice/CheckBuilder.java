package io.plenum.protocol.ice;

import io.plenum.protocol.stun.StunIntegrity;
import io.plenum.protocol.stun.StunMessage;
import io.plenum.protocol.stun.StunWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A Binding request as a peer of an agent would send it, each a new one, with anything wrong that a test asks for. */
final class CheckBuilder {
  static final int UNKNOWN_REQUIRED_ATTRIBUTE = 0x7abc;

  private static final AtomicInteger transactions = new AtomicInteger();

  private final byte[] transactionId =
      ByteBuffer.allocate(StunMessage.TRANSACTION_ID_BYTES).putInt(8, transactions.incrementAndGet()).array();
  private final StunWriter writer = new StunWriter(1024);
  private final StunMessage message = new StunMessage();
  private int type = StunMessage.BINDING_REQUEST;
  private String username;
  private String password;
  private boolean priority = true;
  private boolean fingerprint = true;
  private boolean controlled;
  private boolean useCandidate;
  private long nomination = -1;
  private Consumer<StunWriter> more = writer -> {};

  private CheckBuilder() {}

  static CheckBuilder to(IceCredentials credentials) {
    CheckBuilder builder = new CheckBuilder();
    builder.username = credentials.usernameFragment() + ":peer";
    builder.password = credentials.password();
    return builder;
  }

  CheckBuilder type(int type) {
    this.type = type;
    return this;
  }

  CheckBuilder username(String username) {
    this.username = username;
    return this;
  }

  /** Null: no MESSAGE-INTEGRITY. */
  CheckBuilder password(String password) {
    this.password = password;
    return this;
  }

  CheckBuilder withoutPriority() {
    priority = false;
    return this;
  }

  CheckBuilder withoutFingerprint() {
    fingerprint = false;
    return this;
  }

  CheckBuilder fromControlled() {
    controlled = true;
    return this;
  }

  CheckBuilder useCandidate() {
    useCandidate = true;
    return this;
  }

  CheckBuilder nomination(long nomination) {
    this.nomination = nomination;
    return this;
  }

  CheckBuilder with(Consumer<StunWriter> more) {
    this.more = more;
    return this;
  }

  StunMessage build() {
    writer.begin(type, transactionId, 0);
    if (username != null) {
      writer.putUsername(username.getBytes(StandardCharsets.US_ASCII));
    }
    if (controlled) {
      writer.putIceControlled(7);
    } else {
      writer.putIceControlling(7);
    }
    if (priority) {
      writer.putPriority(1);
    }
    if (useCandidate) {
      writer.putUseCandidate();
    }
    if (nomination >= 0) {
      writer.putNomination(nomination);
    }
    more.accept(writer);
    if (password != null) {
      writer.putIntegrity(StunIntegrity.ofPassword(password));
    }
    int length = fingerprint ? writer.finish(null) : writer.finishBare();
    if (message.parse(writer.bytes(), 0, length) != null) {
      throw new IllegalStateException("the test's own check is malformed");
    }
    return message;
  }
}
