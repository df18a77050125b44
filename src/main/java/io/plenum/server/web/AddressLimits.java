package io.plenum.server.web;

import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import io.plenum.protocol.TokenBucket;
import io.plenum.server.config.ConfigException;
import io.plenum.server.config.PlenumConfig;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits of all clients of one address together ({@code perAddress} in the configuration). Addresses that many share by
 * nature, those of proxies above all, are exempt: their clients count one by one. What an address has spent is remembered until it
 * would have been earned again, so that connecting once more does not renew it. On the web's loop.
 */
final class AddressLimits {
  /** Of addresses that have nobody here any more, and debts. Beyond that the oldest is forgotten. */
  static final int MAX_DEPARTED = 16_384;
  /** A household, or a machine, has all of it: an attacker has 2^64 addresses. */
  private static final int IPV6_PREFIX_BYTES = 8;
  /** A client over HTTP holds two connections: one to receive, one to send. */
  private static final int HTTP_FACTOR = 2;

  private final PlenumConfig.PerAddress config;
  private final Loop loop;
  private final List<IpSubnetFilterRule> exempt = new ArrayList<>();
  private final Map<String, Entry> present = new LinkedHashMap<>();
  private final Map<String, Entry> departed = new LinkedHashMap<>();

  /** @throws ConfigException when an entry of {@code exempt} is no address or network */
  AddressLimits(PlenumConfig.PerAddress config, Loop loop) {
    this.config = config;
    this.loop = loop;
    for (String entry : config.exempt().split(",")) {
      if (!entry.isBlank()) {
        exempt.add(rule(entry.strip()));
      }
    }
  }

  private static IpSubnetFilterRule rule(String entry) {
    String[] parts = entry.split("/", 2);
    byte[] address = NetUtil.createByteArrayFromIpAddressString(parts[0]);
    try {
      int bits = parts.length == 2 ? Integer.parseInt(parts[1]) : address == null ? -1 : 8 * address.length;
      if (address != null && bits >= 0 && bits <= 8 * address.length) {
        return new IpSubnetFilterRule(InetAddress.getByAddress(address), bits, IpFilterRuleType.ACCEPT);
      }
    } catch (NumberFormatException | UnknownHostException e) {
      // Refused below.
    }
    throw new ConfigException("the key perAddress.exempt takes addresses and networks such as 192.0.2.1 or 192.0.2.0/24, not \""
        + entry + "\"");
  }

  /** State that clients of this address share; null where they share none. */
  String keyOf(SocketAddress address) {
    byte[] bytes = address == null || address.hostAddress() == null
        ? null : NetUtil.createByteArrayFromIpAddressString(address.hostAddress());
    try {
      // An IPv4 address written as one of IPv6 becomes what it is.
      InetAddress host = bytes == null ? null : InetAddress.getByAddress(bytes);
      if (host == null || exempt.stream().anyMatch(rule -> rule.matches(new InetSocketAddress(host, 0)))) {
        return null;
      }
      byte[] raw = host.getAddress();
      return raw.length == 4 ? host.getHostAddress() : HexFormat.of().formatHex(raw, 0, IPV6_PREFIX_BYTES) + "/64";
    } catch (UnknownHostException e) {
      return null;
    }
  }

  /** Tells whether one more signalling connection may come from there. */
  boolean full(String key) {
    Entry entry = key == null ? null : present.get(key);
    return entry != null && config.connections() > 0 && entry.connections >= config.connections();
  }

  /** The same of the HTTP connections that are, or may become, no WebSocket. */
  boolean fullOfHttp(String key) {
    Entry entry = key == null ? null : present.get(key);
    return entry != null && config.connections() > 0 && entry.http >= (long) HTTP_FACTOR * config.connections();
  }

  Entry open(String key) {
    Entry entry = entry(key);
    entry.connections++;
    return entry;
  }

  Entry openHttp(String key) {
    Entry entry = entry(key);
    entry.http++;
    return entry;
  }

  private Entry entry(String key) {
    if (key == null) {
      return new Entry(null);
    }
    Entry back = departed.remove(key);
    if (back != null) {
      present.put(key, back);
    }
    return present.computeIfAbsent(key, Entry::new);
  }

  /** Forgets the debts that are paid. */
  void sweep() {
    long nowNs = loop.nowNs();
    departed.values().removeIf(entry -> entry.owesNothing(nowNs));
  }

  /** Addresses that are remembered. */
  int size() {
    return present.size() + departed.size();
  }

  /** The clients of one address, or one client of an exempt one. */
  final class Entry {
    private final String key;
    private final TokenBucket messages;
    private int connections;
    private int http;

    private Entry(String key) {
      this.key = key;
      messages = key == null || config.messagesPerSecond() == 0 ? null
          : new TokenBucket(config.messagesPerSecond(), (long) config.messagesPerSecond() * Intake.BURST_SECONDS);
    }

    /** Null of an exempt one. */
    String key() {
      return key;
    }

    /** As {@link TokenBucket#spend}. */
    long spend(long units, long nowNs) {
      return messages == null ? 0 : messages.spend(units, nowNs);
    }

    private boolean owesNothing(long nowNs) {
      return messages == null || messages.has((long) config.messagesPerSecond() * Intake.BURST_SECONDS, nowNs);
    }

    void close() {
      connections--;
      leaveIfEmpty();
    }

    void closeHttp() {
      http--;
      leaveIfEmpty();
    }

    private void leaveIfEmpty() {
      if (key == null || connections > 0 || http > 0 || !present.remove(key, this)) {
        return;
      }
      if (!owesNothing(loop.nowNs())) {
        departed.put(key, this);
        if (departed.size() > MAX_DEPARTED) {
          Iterator<Entry> oldest = departed.values().iterator();
          oldest.next();
          oldest.remove();
        }
      }
    }
  }
}
