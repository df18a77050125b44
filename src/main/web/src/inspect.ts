import type { types } from 'mediasoup-client';
import type { CallScreen } from './call-screen';
import type { Channel, ForeignChannelListener } from './data-channels';
import { reportEntries } from './stats';

/**
 * `window.plenum`: what tests and curious people see and do. Every answer is plain JSON, or a promise of it. Kept stable.
 */
export function inspector(screen: CallScreen) {
  const { call, chat } = screen;
  return {
    /** Where the call stands: `state.name` is idle, devices, connecting, joining, joined, waiting, left or refused. */
    state: () => ({
      ...call.state,
      roomId: call.roomId,
      peerId: call.peerId,
      displayName: call.displayName,
      route: call.signaling.route,
      server: call.signaling.server,
      browser: call.session?.device.handlerName ?? null,
      micMuted: call.micMuted,
      microphone: call.media.get('audio') !== null,
      camera: call.media.get('video') !== null,
      screen: call.media.get('screensharing') !== null,
      sendTransport: call.session?.send.connectionState ?? null,
      recvTransport: call.session?.recv.connectionState ?? null,
    }),
    /** Origins of the servers that this call could go on with, the present one first. */
    servers: () => call.signaling.knownServers,
    peers: () => [...call.peers.values()],
    /** One entry per tile, freshly counted; rates are since the call of this before. */
    tiles: () => screen.collectStats(),
    producers: () =>
      (call.session?.sending ?? []).map(([source, producer]) => ({
        source,
        producerId: producer.id,
        kind: producer.kind,
        paused: producer.paused,
        rtpParameters: producer.rtpParameters,
      })),
    consumers: () =>
      [...(call.session?.streams.values() ?? [])].map(({ consumer, peerId, source, paused }) => ({
        peerId,
        source,
        consumerId: consumer.id,
        producerId: consumer.producerId,
        kind: consumer.kind,
        paused,
        rtpParameters: consumer.rtpParameters,
      })),
    /** The browser's own counters (W3C webrtc-stats) of both transports. */
    transports: async () => {
      const { session } = call;
      return session
        ? {
            send: { id: session.send.id, state: session.send.connectionState, stats: reportEntries(await session.send.getStats()) },
            recv: { id: session.recv.id, state: session.recv.connectionState, stats: reportEntries(await session.recv.getStats()) },
          }
        : null;
    },
    notices: () => [...screen.notices.history],
    /** Any request of the signalling protocol, such as `getConsumerStats`; the server's answer, or its refusal. */
    request: (method: string, data: object = {}) => call.request(method, data),
    /** Any notification of the protocol, such as `setConsumerPreferredLayers`. */
    notify: (method: string, data: object = {}) => call.notify(method, data),
    /** The conversation, oldest first: `kind` is text, file (received), sent-file or refused-file. */
    messages: () =>
      chat.conversation.entries.map((entry) => ({
        kind: entry.kind,
        peerId: entry.peerId,
        name: entry.name,
        own: entry.own,
        atMs: entry.atMs,
        ...(entry.kind === 'text' ? { text: entry.text, pending: entry.pending } : {}),
        ...(entry.kind === 'file' ? { file: entry.file.name, size: entry.file.size, has: entry.file.has, state: entry.file.state } : {}),
        ...(entry.kind === 'sent-file'
          ? {
              file: entry.file.source.name,
              size: entry.file.source.size,
              progress: entry.file.progress,
              state: entry.file.state,
              received: entry.file.received,
            }
          : {}),
      })),
    unread: () => chat.unread,
    /** Peers whose messages on a channel (chat, signals, files) reach this page. */
    heardOn: (channel: Channel) => chat.conversation.route.peersOn(channel),
    /** Whether what is said now goes out at once. */
    canSay: () => chat.conversation.route.settled('chat'),
    showChat: (shown: boolean) => chat.show(shown),
    say: (text: string) => chat.conversation.say(text),
    sendFiles: (files: File[]) => chat.sendFiles(files),
    /** The content of the newest file with this name that is here in whole. Not JSON: for scripts in the page. */
    fileContent: (name: string) =>
      chat.conversation.entries
        .flatMap((entry) => (entry.kind === 'file' && entry.file.name === name && entry.file.blob ? [entry.file.blob] : []))
        .at(-1) ?? null,
    /** A data channel of one's own; mediasoup-client's DataProducer. Not JSON. */
    openChannel: (options: types.DataProducerOptions) =>
      call.session?.data.produce(options) ?? Promise.reject(new Error('not in a call')),
    /** Tells the listener of each mediasoup-client DataConsumer that is not one of the page's own channels. */
    onChannel: (listener: ForeignChannelListener) => {
      screen.foreignChannels = listener;
    },
    restartIce: async () => {
      await call.session?.restartIce();
      return true;
    },
    muteMic: () => call.setMicMuted(true),
    unmuteMic: () => call.setMicMuted(false),
    stopCamera: () => call.setCamera(false),
    startCamera: () => call.setCamera(true),
    shareScreen: () => call.setScreen(true),
    stopScreen: () => call.setScreen(false),
    setSound: (on: boolean) => screen.setSound(on),
    setInfo: (on: boolean) => screen.setInfo(on),
    setName: (name: string) => screen.rename(name),
    reconnect: () => call.signaling.reconnect(),
    retryNow: () => call.retryNow(),
    leave: () => call.leave(),
    rejoin: () => call.rejoin(),
  };
}

export type Inspector = ReturnType<typeof inspector>;

declare global {
  interface Window {
    plenum?: Inspector;
  }
}
