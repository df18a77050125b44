/** What this page uses of protoo-client, which ships without types. */
declare module 'protoo-client/lib/EnhancedEventEmitter' {
  export default class EnhancedEventEmitter {
    constructor(logger?: unknown);
    on(event: string, listener: (...args: never[]) => void): this;
    safeEmit(event: string, ...args: unknown[]): boolean;
    listenerCount(event: string): number;
  }
}

declare module 'protoo-client/lib/Message' {
  const Message: { parse(raw: string): object | undefined };
  export default Message;
}

declare module 'protoo-client/lib/Peer' {
  import type EnhancedEventEmitter from 'protoo-client/lib/EnhancedEventEmitter';

  export interface ProtooMessage {
    method: string;
    data: Record<string, unknown>;
  }

  export interface ProtooTransport extends EnhancedEventEmitter {
    readonly closed: boolean;
    close(): void;
    send(message: object): Promise<void>;
  }

  export default class Peer {
    constructor(transport: ProtooTransport);
    readonly closed: boolean;
    readonly connected: boolean;
    close(): void;
    request(method: string, data?: object): Promise<unknown>;
    notify(method: string, data?: object): Promise<void>;
    on(event: 'open' | 'disconnected' | 'close', listener: () => void): this;
    on(
      event: 'request',
      listener: (
        request: ProtooMessage,
        accept: (data?: object) => void,
        reject: (errorCode: number, errorReason: string) => void,
      ) => void,
    ): this;
    on(event: 'notification', listener: (notification: ProtooMessage) => void): this;
  }
}
