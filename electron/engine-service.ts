import { join } from 'node:path';
import { app, BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron';
import { z } from 'zod';
import { EngineClient } from '../main/contract/client';
import { InterlinearError } from '../main/contract/errors';
import type { Role } from '../main/contract/protocol';
import type { EngineStatus } from '../main/contract/shell';
import { createPortTransport } from '../main/host/port-transport';
import { calls, notices } from './channels';
import { EngineSupervisor } from './engine-supervisor';
import { forkEngine } from './fork-engine';
import { handle, notify } from './ipc';
import { RestartBudget } from './restart-budget';

const minutes = 60_000;
const readySchema = z.object({ type: z.literal('ready') });

/** The engine as the rest of the shell sees it: one supervised process, a client of our own, a port for every window that asked. */
export class EngineService {
  readonly #supervisor: EngineSupervisor<MessagePortMain>;
  readonly #windows = new Set<BrowserWindow>();
  #client: EngineClient | null = null;

  /** @param resources folder with the models @param runs folder that recorded runs go to */
  constructor(resources: string, runs: string) {
    this.#supervisor = new EngineSupervisor({
      fork: forkEngine,
      init: { type: 'init', resources, runs, appVersion: app.getVersion() },
      isReady: (message) => readySchema.safeParse(message).success,
      budget: new RestartBudget(3, 5 * minutes, () => performance.now()),
      startLimit: 30_000,
      after: (milliseconds, then) => {
        const timer = setTimeout(then, milliseconds);
        return () => {
          clearTimeout(timer);
        };
      },
    });
    this.#supervisor.onStatus((status) => {
      this.#follow(status);
    });
  }

  start(): void {
    this.#supervisor.start();
  }

  stop(): void {
    this.#supervisor.stop();
  }

  get status(): EngineStatus {
    return this.#supervisor.status;
  }

  /** Gives the window a port now or as soon as the engine is ready, and again after every restart, until its page goes. */
  connectWindow(window: BrowserWindow): void {
    if (!this.#windows.has(window)) this.#watchPage(window);
    this.#windows.add(window);
    // An engine given up on is started again: this is how a user restarts it by hand.
    this.#supervisor.start();
    if (this.#supervisor.status.state === 'ready') this.#givePort(window);
  }

  /** The shell's own client, once the engine is ready. @throws InterlinearError `engine-lost` when none is running or on its way */
  async client(): Promise<EngineClient> {
    for (;;) {
      const { status } = this.#supervisor;
      if (this.#client !== null) return this.#client;
      if (status.state === 'lost' && !status.restarting) {
        throw new InterlinearError('engine-lost', status.reason, 'Restart the engine, then try again.');
      }
      await new Promise<void>((resolve) => {
        const stop = this.#supervisor.onStatus(() => {
          stop();
          resolve();
        });
      });
    }
  }

  #follow(status: EngineStatus): void {
    if (status.state === 'ready') {
      const port = this.#openPort('shell');
      this.#client = port && new EngineClient(createPortTransport(port));
      for (const window of this.#windows) this.#givePort(window);
    } else {
      this.#client?.close();
      this.#client = null;
    }
    for (const window of BrowserWindow.getAllWindows()) notify(window, notices.engineStatus, status);
  }

  #givePort(window: BrowserWindow): void {
    const port = this.#openPort('window');
    if (port) notify(window, notices.enginePort, null, [port]);
  }

  #openPort(role: Role): MessagePortMain | null {
    const { port1, port2 } = new MessageChannelMain();
    return this.#supervisor.connect({ type: 'connect', role }, port1) ? port2 : null;
  }

  /** A page that is reloaded or gone has lost its port, and asks again if it comes back. */
  #watchPage(window: BrowserWindow): void {
    const forget = (): void => {
      this.#windows.delete(window);
      if (!window.isDestroyed()) window.webContents.off('did-start-navigation', navigated);
    };
    const navigated = (details: Electron.Event<Electron.WebContentsDidStartNavigationEventParams>): void => {
      if (details.isMainFrame && !details.isSameDocument) forget();
    };
    window.webContents.on('did-start-navigation', navigated);
    window.once('closed', forget);
  }
}

/** Folders of the engine: models that ship with the app (or another folder, for tests), and the user's recorded runs. */
export function createEngineService(resources: string | null): EngineService {
  const shipped = join(app.isPackaged ? process.resourcesPath : app.getAppPath(), 'resources');
  const folder = app.isPackaged ? shipped : (resources ?? shipped);
  return new EngineService(folder, join(app.getPath('userData'), 'runs'));
}

export function setupEngine(engine: EngineService): void {
  handle(calls.connectEngine, z.null(), (_nothing, window) => {
    engine.connectWindow(window);
    return null;
  });
  handle(calls.watchEngine, z.null(), (_nothing, window) => {
    notify(window, notices.engineStatus, engine.status);
    return null;
  });
  app.on('will-quit', () => {
    engine.stop();
  });
  engine.start();
}
