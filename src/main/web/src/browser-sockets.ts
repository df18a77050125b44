import SockJS from 'sockjs-client';
import type { Sockets } from './signaling';

/** The sockets that a browser has. */
export const browserSockets: Sockets = {
  webSocket: (url, protocol) => new WebSocket(url, protocol),
  // Not over a WebSocket: this is asked for only where those do not work.
  sockJs: (url) => new SockJS(url, null, { transports: ['xhr-streaming', 'xhr-polling'] }),
};
