import type { ClientMessage, EngineMessage, Transport } from '../contract/protocol';

/** The part of Electron's MessagePortMain used here: the engine never imports Electron. */
export interface MessagePortLike {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A transport over a message port between processes; messages are read by their schema at the other end, not trusted here. */
export function createPortTransport<Outgoing = EngineMessage, Incoming = ClientMessage>(
  port: MessagePortLike,
): Transport<Outgoing, Incoming> {
  const messageListeners = new Set<(message: Incoming) => void>();
  const closeListeners = new Set<() => void>();
  port.on('message', (event) => {
    for (const listener of messageListeners) listener(event.data as Incoming);
  });
  port.on('close', () => {
    for (const listener of closeListeners) listener();
  });
  port.start();
  return {
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      messageListeners.add(listener);
      return () => messageListeners.delete(listener);
    },
    onClose: (listener) => {
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close: () => {
      port.close();
    },
  };
}
