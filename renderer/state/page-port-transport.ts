import type { ClientMessage, EngineMessage, Transport } from '../../main/contract/protocol';

/** A transport over the page's end of the engine's message port. The client checks every message by its schema. */
export function pagePortTransport(port: MessagePort): Transport<ClientMessage, EngineMessage> {
  const closeListeners = new Set<() => void>();
  const closed = (): void => {
    for (const listener of closeListeners) listener();
  };
  port.addEventListener('close', closed);
  port.start();
  return {
    send: (message) => {
      port.postMessage(message);
    },
    onMessage: (listener) => {
      const receive = (event: MessageEvent<EngineMessage>): void => {
        listener(event.data);
      };
      port.addEventListener('message', receive);
      return () => {
        port.removeEventListener('message', receive);
      };
    },
    onClose: (listener) => {
      closeListeners.add(listener);
      return () => closeListeners.delete(listener);
    },
    close: () => {
      port.close();
      closed();
    },
  };
}
