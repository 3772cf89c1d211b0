import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ElectronApplication, expect, type Page, test as base } from '@playwright/test';
import type { MenuCommand } from '../main/contract/shell';
import { startElectron } from './start-electron';

export const projectFolder = resolve(import.meta.dirname, '..');

/** The Electron that the set-up found. */
export function electronExecutable(): string {
  const executable = process.env['INTERLINEAR_ELECTRON'];
  if (executable === undefined || executable === '')
    throw new Error('INTERLINEAR_ELECTRON does not name an Electron: run these tests through `npm test`.');
  return executable;
}

/** Arguments that start the built app as `npm start` does. As root Chromium does not start with its sandbox. */
export function appArguments(userData: string, extra: readonly string[] = []): string[] {
  return [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), projectFolder, `--user-data-dir=${userData}`, ...extra];
}

export interface LaunchOptions {
  /** Settings and runs of an earlier launch; a fresh folder by default. */
  readonly userData?: string;
  readonly arguments?: readonly string[];
  /** Added to the environment of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The app under test: its window, its main process, and what went wrong in either. */
export class InterlinearApp {
  readonly electron: ElectronApplication;
  readonly page: Page;
  readonly userData: string;
  readonly #complaints: string[] = [];
  #tolerated: RegExp[] = [];

  private constructor(electron: ElectronApplication, page: Page, userData: string) {
    this.electron = electron;
    this.page = page;
    this.userData = userData;
    page.on('console', (message) => {
      if (message.type() === 'error') this.#complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.#complaints.push(error.stack ?? error.message));
  }

  static async launch(userData: string, { arguments: extra = [], environment = {} }: LaunchOptions = {}): Promise<InterlinearApp> {
    const electron = await startElectron(
      {
        executablePath: electronExecutable(),
        args: appArguments(userData, extra),
        cwd: projectFolder,
        env: { ...process.env, ...environment } as Record<string, string>,
      },
      userData,
    );
    return new InterlinearApp(electron, await electron.firstWindow(), userData);
  }

  /** Until the page says that nothing runs, no request is under way and the last change is on screen. */
  async waitForIdle(): Promise<void> {
    await this.page.waitForFunction(() => window.__interlinear !== undefined);
    await this.page.evaluate(() => window.__interlinear?.waitForIdle());
  }

  /** Errors in the console that a test provokes; everything else there fails it. */
  tolerate(...patterns: RegExp[]): void {
    this.#tolerated = [...this.#tolerated, ...patterns];
  }

  complaints(): readonly string[] {
    return this.#complaints.filter((complaint) => !this.#tolerated.some((pattern) => pattern.test(complaint)));
  }

  /** Picks an entry of the application menu. */
  async menu(command: MenuCommand): Promise<void> {
    await this.electron.evaluate(({ Menu }, id) => {
      Menu.getApplicationMenu()?.getMenuItemById(id)?.click();
    }, command);
  }

  /** Process id of the engine, or null while there is none. */
  async enginePid(): Promise<number | null> {
    return this.electron.evaluate(({ app }) => app.getAppMetrics().find((metric) => metric.name === 'Interlinear engine')?.pid ?? null);
  }

  /** Ends the engine as the system would when memory runs out: at once, without a word. */
  async killEngine(): Promise<void> {
    const pid = await this.enginePid();
    if (pid === null) throw new Error('There is no engine to kill');
    process.kill(pid, 'SIGKILL');
  }

  /** The dialogs answer as if a user had chosen this path, or had cancelled (null). */
  async answerDialogs(path: string | null): Promise<void> {
    await this.electron.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: chosen === null, filePaths: chosen === null ? [] : [chosen] });
      dialog.showSaveDialog = () => Promise.resolve({ canceled: chosen === null, filePath: chosen ?? '' });
    }, path);
  }

  async close(): Promise<void> {
    await this.electron.close();
  }
}

interface Fixtures {
  /** Starts the app; it is closed, and its console judged, when the test ends. */
  readonly launch: (options?: LaunchOptions) => Promise<InterlinearApp>;
  /** The app in a fresh user data folder, idle. */
  readonly app: InterlinearApp;
  /** A folder of the test's own, gone afterwards. */
  readonly folder: string;
}

export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture depends on from this pattern
  folder: async ({}, provide) => {
    const folder = mkdtempSync(join(tmpdir(), 'interlinear-e2e-'));
    await provide(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  launch: async ({ folder }, provide) => {
    const launched: InterlinearApp[] = [];
    await provide(async (options = {}) => {
      const userData = options.userData ?? join(folder, `user-data-${launched.length}`);
      const app = await InterlinearApp.launch(userData, options);
      launched.push(app);
      return app;
    });
    for (const app of launched) await app.close();
    expect(
      launched.flatMap((app) => app.complaints()),
      'errors in the window’s console',
    ).toEqual([]);
  },
  app: async ({ launch }, provide) => {
    const app = await launch();
    await app.waitForIdle();
    await provide(app);
  },
});

export { expect };
