package io.plenum.server.net;

/**
 * What one media loop's sockets have seen. Written by the loop alone, read by metrics from elsewhere: a number that is a
 * moment old does no harm, so they are plain longs.
 */
public final class NetCounters {
  private final long[] drops = new long[NetDrop.values().length];
  private long datagramsReceived;
  private long bytesReceived;
  private long datagramsSent;
  private long bytesSent;
  private long sends;
  private long tcpConnections;

  void drop(NetDrop reason) {
    drops[reason.ordinal()]++;
  }

  void onReceived(int bytes) {
    datagramsReceived++;
    bytesReceived += bytes;
  }

  void onSent(int bytes) {
    datagramsSent++;
    bytesSent += bytes;
  }

  /** One or several datagrams for one receiver have been handed to the kernel together. */
  void onSend() {
    sends++;
  }

  void onTcpConnections(int change) {
    tcpConnections += change;
  }

  public long drops(NetDrop reason) {
    return drops[reason.ordinal()];
  }

  public long datagramsReceived() {
    return datagramsReceived;
  }

  public long bytesReceived() {
    return bytesReceived;
  }

  public long datagramsSent() {
    return datagramsSent;
  }

  public long bytesSent() {
    return bytesSent;
  }

  /** What the kernel was asked to send over UDP; fewer than datagrams where several go together. */
  public long sends() {
    return sends;
  }

  public long tcpConnections() {
    return tcpConnections;
  }
}
