package io.plenum.cluster.message;

/**
 * One server.
 *
 * @param ip how other nodes reach it
 * @param version of the software, for people
 * @param region empty when none was configured
 * @param load 0 idle … 1 has no room for more
 */
public record ServerRow(
    Owner owner, long generation, String ip, String version, String region, double load, State state) implements Row {
  /** Whether it takes new clients. */
  public enum State { ACTIVE, DRAINING }

  @Override
  public RowKey key() {
    return new RowKey(RowKey.Table.SERVERS, "", owner.serverId());
  }
}
