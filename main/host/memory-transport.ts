import type { ClientMessage, EngineMessage, Transport } from '../contract/protocol';

interface End<Outgoing, Incoming> extends Transport<Outgoing, Incoming> {
  deliver(message: Incoming): void;
  closed(): void;
}

function createEnd<Outgoing, Incoming>(other: () => End<Incoming, Outgoing>): End<Outgoing, Incoming> {
  const messageListeners = new Set<(message: Incoming) => void>();
  const closeListeners = new Set<() => void>();
  let open = true;
  const shut = (): void => {
    if (!open) return;
    open = false;
    for (const listener of closeListeners) listener();
  };
  return {
    // Cloned and delivered later, as a port between processes does.
    send: (message) => {
      if (!open) return;
      const copy = structuredClone(message);
      queueMicrotask(() => {
        other().deliver(copy);
      });
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
      shut();
      other().closed();
    },
    deliver: (message) => {
      if (open) for (const listener of messageListeners) listener(message);
    },
    closed: shut,
  };
}

/** Both ends of a connection inside one process. */
export function createMemoryPair(): {
  readonly client: Transport<ClientMessage, EngineMessage>;
  readonly engine: Transport<EngineMessage, ClientMessage>;
} {
  const client: End<ClientMessage, EngineMessage> = createEnd(() => engine);
  const engine: End<EngineMessage, ClientMessage> = createEnd(() => client);
  return { client, engine };
}
