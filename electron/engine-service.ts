import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { app, BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron';
import { z } from 'zod';
import { EngineClient } from '../main/contract/client';
import { InterlinearError } from '../main/contract/errors';
import { trashFolder } from '../main/contract/library';
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

export interface EngineFolders {
  readonly resources: string;
  readonly runs: string;
  readonly models: string;
}

/** The engine as the rest of the shell sees it: one supervised process, a client of our own, a port for every window that asked. */
export class EngineService {
  readonly #supervisor: EngineSupervisor<MessagePortMain>;
  readonly #windows = new Set<BrowserWindow>();
  readonly #models: string;
  readonly #prepare: (client: EngineClient) => Promise<void>;
  #client: EngineClient | null = null;
  /** The engine was told what it has to know before windows may ask it. */
  #prepared = false;

  /** @param folders of what ships with the app, of the recorded runs and of the imported models @param prepare tells a new engine what windows rely on */
  constructor({ resources, runs, models }: EngineFolders, prepare: (client: EngineClient) => Promise<void>) {
    this.#models = models;
    this.#prepare = prepare;
    this.#supervisor = new EngineSupervisor({
      fork: forkEngine,
      init: { type: 'init', resources, runs, models, appVersion: app.getVersion() },
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

  restart(): void {
    this.#supervisor.restart();
  }

  stop(): void {
    this.#supervisor.stop();
  }

  /** Deletes removed models for good: they can be brought back until the app quits, whatever becomes of its engines. */
  emptyTrash(): void {
    try {
      rmSync(join(this.#models, trashFolder), { recursive: true, force: true });
    } catch {
      // A file the engine still holds open; it is tried again when the app starts.
    }
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
    if (this.#prepared) this.#givePort(window);
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
    this.#prepared = false;
    this.#client?.close();
    this.#client = null;
    if (status.state === 'ready') void this.#welcome();
    for (const window of BrowserWindow.getAllWindows()) notify(window, notices.engineStatus, status);
  }

  async #welcome(): Promise<void> {
    const port = this.#openPort('shell');
    if (port === null) return;
    const client = new EngineClient(createPortTransport(port));
    this.#client = client;
    try {
      await this.#prepare(client);
    } catch (error) {
      // Lost again already, which is told elsewhere, or a trace is missing, which its opening will say.
      process.stderr.write(`The engine was not told of all traces: ${String(error)}\n`);
    }
    if (this.#client !== client) return;
    this.#prepared = true;
    for (const window of this.#windows) this.#givePort(window);
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
      window.off('closed', forget);
      if (!window.isDestroyed()) window.webContents.off('did-start-navigation', navigated);
    };
    const navigated = (details: Electron.Event<Electron.WebContentsDidStartNavigationEventParams>): void => {
      if (details.isMainFrame && !details.isSameDocument) forget();
    };
    window.webContents.on('did-start-navigation', navigated);
    window.once('closed', forget);
  }
}

/** Folders of the engine: models that ship with the app (unpackaged also another folder, for tests), the user's recorded runs and models. */
export function engineFolders(resources: string | null): EngineFolders {
  const shipped = join(app.isPackaged ? process.resourcesPath : app.getAppPath(), 'resources');
  const user = app.getPath('userData');
  return {
    resources: app.isPackaged ? shipped : (resources ?? shipped),
    runs: join(user, 'runs'),
    models: process.env['INTERLINEAR_MODELS'] ?? join(user, 'models'),
  };
}

export function setupEngine(engine: EngineService): void {
  handle(calls.connectEngine, z.null(), (_nothing, window) => {
    engine.connectWindow(window);
    return null;
  });
  handle(calls.restartEngine, z.null(), () => {
    engine.restart();
    return null;
  });
  handle(calls.watchEngine, z.null(), (_nothing, window) => {
    notify(window, notices.engineStatus, engine.status);
    return null;
  });
  engine.emptyTrash();
  app.on('will-quit', () => {
    engine.stop();
    engine.emptyTrash();
  });
  engine.start();
}
