package io.plenum.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.plenum.protocol.rtp.RtpPacket;
import io.plenum.protocol.srtp.SrtpKeys;
import io.plenum.protocol.srtp.SrtpProfile;
import io.plenum.protocol.srtp.SrtpReceiver;
import io.plenum.protocol.srtp.SrtpSender;
import io.plenum.protocol.wire.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What forwarding costs without an SFU: a process that decrypts each packet, and for each receiver copies it, rewrites its
 * numbers, encrypts it and sends it, on one Netty epoll loop with one flush per read. No rooms, no state, no reports, no
 * repair. With {@code gso}, what one read has for one receiver leaves in one system call where the sizes allow it.
 *
 * <p>Its plan comes on standard input: {@code plain|gso}, then {@code receiver PORT KEY} and {@code publisher PORT KEY
 * INDEX,INDEX,…} lines, then {@code end}. It answers with its port, and ends when the input does.
 */
final class BareLoop {
  private static final int DATAGRAMS_PER_READ = 32;
  private static final int READ_BYTES = 2_049;
  private static final int SOCKET_BUFFER_BYTES = 4 << 20;
  private static final String HOST = "127.0.0.1";

  private static final class Receiver {
    final InetSocketAddress address;
    final SrtpSender sender;
    /** With GSO: what this read has for it. */
    ByteBuf batch;
    int segmentBytes;
    boolean full;

    Receiver(int port, SrtpKeys keys) {
      address = new InetSocketAddress(HOST, port);
      sender = new SrtpSender(keys);
    }
  }

  private static final class Publisher {
    final SrtpReceiver receiver;
    Receiver[] to;

    Publisher(SrtpKeys keys) {
      receiver = new SrtpReceiver(keys);
    }
  }

  private final Publisher[] byPort = new Publisher[1 << 16];
  private final List<Receiver> receivers = new ArrayList<>();
  private final boolean gso;
  private final byte[] in = new byte[READ_BYTES];
  private final byte[] plain = new byte[READ_BYTES];
  private final byte[] out = new byte[READ_BYTES + 64];
  private Receiver[] touched = new Receiver[16];
  private int touchedCount;
  private Channel channel;

  private BareLoop(boolean gso) {
    this.gso = gso;
  }

  /** A key and salt in one string of hexadecimal digits. */
  static SrtpKeys keys(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    SrtpProfile profile = SrtpProfile.AEAD_AES_128_GCM;
    return new SrtpKeys(profile, Arrays.copyOf(bytes, profile.keyBytes()),
        Arrays.copyOfRange(bytes, profile.keyBytes(), profile.keyBytes() + profile.saltBytes()));
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    BareLoop loop = new BareLoop(input.readLine().equals("gso"));
    loop.readPlan(input);
    System.out.println(loop.bind());
    while (input.readLine() != null) {
      // Until the bench closes the pipe.
    }
    System.exit(0);
  }

  private void readPlan(BufferedReader input) throws IOException {
    for (String line; !(line = input.readLine()).equals("end"); ) {
      String[] words = line.split(" ");
      int port = Integer.parseInt(words[1]);
      if (words[0].equals("receiver")) {
        receivers.add(new Receiver(port, keys(words[2])));
      } else {
        Publisher publisher = new Publisher(keys(words[2]));
        publisher.to = Arrays.stream(words[3].split(",")).map(i -> receivers.get(Integer.parseInt(i)))
            .toArray(Receiver[]::new);
        byPort[port] = publisher;
      }
    }
  }

  private int bind() throws InterruptedException {
    channel = new Bootstrap()
        .group(new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()))
        .channel(EpollDatagramChannel.class)
        .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_BYTES)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(8 << 20, 16 << 20))
        .option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, READ_BYTES)
        .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES * DATAGRAMS_PER_READ))
        .handler(new Handler())
        .bind(HOST, 0).sync().channel();
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private final class Handler extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket datagram = (DatagramPacket) message;
      int length = datagram.content().readableBytes();
      datagram.content().readBytes(in, 0, length);
      Publisher publisher = byPort[datagram.sender().getPort()];
      datagram.release();
      if (publisher != null && length > 1 && !RtpPacket.isRtcp(in[1])) {
        forward(publisher, length);
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      for (int i = 0; i < touchedCount; i++) {
        write(touched[i]);
        touched[i] = null;
      }
      touchedCount = 0;
      channel.flush();
    }
  }

  private void forward(Publisher publisher, int sealed) {
    int length = publisher.receiver.unprotectRtp(in, 0, sealed, plain, 0);
    if (length <= 0) {
      return;
    }
    int headerLength = 12 + 4 * (plain[0] & 0xf);
    if ((plain[0] & 0x10) != 0) {
      headerLength += 4 + 4 * Bytes.u16(plain, headerLength + 2);
    }
    for (Receiver receiver : publisher.to) {
      System.arraycopy(plain, 0, out, 0, length);
      Bytes.put16(out, 2, Bytes.u16(plain, 2));
      Bytes.put32(out, 4, Bytes.i32(plain, 4));
      Bytes.put32(out, 8, Bytes.i32(plain, 8));
      int total = receiver.sender.protectRtp(out, 0, headerLength, length);
      if (gso) {
        batch(receiver, total);
      } else {
        channel.write(new DatagramPacket(
            channel.alloc().directBuffer(total).writeBytes(out, 0, total), receiver.address), channel.voidPromise());
      }
    }
  }

  private void batch(Receiver receiver, int length) {
    if (receiver.batch != null && (receiver.full || length > receiver.segmentBytes)) {
      write(receiver);
    }
    if (receiver.batch == null) {
      receiver.batch = channel.alloc().directBuffer(4 * 1_500);
      receiver.segmentBytes = length;
      receiver.full = false;
      if (touchedCount == touched.length) {
        touched = Arrays.copyOf(touched, 2 * touchedCount);
      }
      touched[touchedCount++] = receiver;
    }
    receiver.batch.writeBytes(out, 0, length);
    receiver.full = length < receiver.segmentBytes || receiver.batch.readableBytes() > 40_000;
  }

  private void write(Receiver receiver) {
    ByteBuf batch = receiver.batch;
    if (batch == null) {
      return;
    }
    receiver.batch = null;
    channel.write(batch.readableBytes() > receiver.segmentBytes
        ? new SegmentedDatagramPacket(batch, receiver.segmentBytes, receiver.address)
        : new DatagramPacket(batch, receiver.address), channel.voidPromise());
  }
}
