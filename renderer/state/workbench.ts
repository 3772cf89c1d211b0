import { toErrorReport } from '../../main/contract/errors';
import { deviceNoteOf } from '../../main/contract/lane-models';
import type { ImportJob } from '../../main/contract/library';
import { enginePortMessage, type ShellApi } from '../../main/contract/shell';
import { showError, showNotice } from '../design/toast';
import { Activity } from './activity';
import { beginStep } from './begin-step';
import { Checks } from './checks';
import { CursorStore } from './cursor-store';
import { Devices } from './devices';
import { EngineConnection } from './engine-connection';
import { FrameClock } from './frame-clock';
import { Library } from './library';
import { Memory } from './memory';
import { pagePortTransport } from './page-port-transport';
import { PromptChecker } from './prompt-check';
import { promptsOfOthers } from './prompts-of-others';
import { reopenRows } from './reopen-rows';
import { firstWorkspace, reopenTraces, restoreWorkspace } from './restore-session';
import { openTrace, valueOf } from './row-commands';
import { liveRuns, outcomeSentence } from './run-commands';
import { RunStore } from './run-store';
import type { RunView } from './run-view';
import type { Services } from './services';
import { SessionSaver } from './session';
import { WorkspaceStore } from './workspace-store';

/** Does something that may fail, and shows the failure: the one place where a command's error is handled. */
export function perform(work: () => void | Promise<void>): void {
  Promise.resolve()
    .then(work)
    .catch((thrown: unknown) => {
      showError(toErrorReport(thrown));
    });
}

/** One sentence on how an import ended, for screen readers. */
function importSentence({ title, state, error }: ImportJob): string {
  if (state === 'done') return `${title} is in the library.`;
  return state === 'cancelled' ? `The import of ${title} was cancelled.` : `The import of ${title} failed. ${error?.message ?? ''}`;
}

/** The state of the window and what keeps its parts in step. */
export class Workbench {
  readonly services: Services;
  readonly #session: SessionSaver;
  readonly #clock = new FrameClock();
  /** Traces of the last session; null on a first launch. */
  #restored: Promise<readonly string[] | null> = Promise.resolve(null);
  /** Engines that have answered so far. */
  #engines = 0;
  /** Runs that have been rows and may be freed once nothing can bring them back. */
  readonly #onceShown = new Set<string>();

  constructor(shell: ShellApi) {
    const runs = new RunStore(this.#clock);
    const workspace = new WorkspaceStore();
    const engine = new EngineConnection({
      onEvents: (events) => runs.take(events),
      onLost: (error) => {
        runs.interruptAll(error);
        library.lose(error);
      },
      onReady: () => {
        perform(() => this.#engineReady());
      },
    });
    const checker = new PromptChecker(engine.request);
    const activity = new Activity();
    const checks = new Checks();
    const library = new Library(engine.request, checks, {
      onChanged: () => engine.refresh(),
      onEnded: (job) => {
        activity.announce(importSentence(job));
      },
    });
    const devices = new Devices(engine.request, checks);
    const memory = new Memory(engine.request);
    this.services = {
      shell,
      engine,
      runs,
      workspace,
      checker,
      library,
      devices,
      checks,
      memory,
      cursor: new CursorStore(),
      activity,
      clock: this.#clock,
    };
    this.#session = new SessionSaver(shell, workspace, () => this.#traces());
  }

  /**
   * Connects everything; called once.
   * @returns when the last session's workspace is back, which is when the window can be drawn without changing again
   */
  async start(): Promise<void> {
    const { shell, engine, runs, workspace, activity, cursor, memory } = this.services;
    this.#restored = restoreWorkspace(this.services).catch((thrown: unknown) => {
      showError(toErrorReport(thrown));
      return null;
    });
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      const [port] = event.ports;
      if (event.source !== window || event.data !== enginePortMessage || port === undefined) return;
      void engine.connect(pagePortTransport(port));
    });
    for (const type of ['keydown', 'pointermove', 'wheel'] as const) {
      window.addEventListener(
        type,
        () => {
          runs.noteInput(type === 'keydown' ? 'keys' : 'pointer');
        },
        { capture: true, passive: true },
      );
    }
    shell.onEngineStatus((status) => {
      engine.supervise(status);
    });
    perform(async () => {
      valueOf(await shell.connectEngine());
    });
    shell.onOpenTrace((reply) => {
      perform(async () => {
        const { trace } = valueOf(reply);
        await this.#restored;
        await engine.whenReady();
        await openTrace(this.services, trace);
      });
    });
    workspace.store.subscribe((state, before) => {
      this.#session.schedule();
      const { prompt, model, chat, rows, lanes } = state.document;
      if (prompt !== before.document.prompt || model !== before.document.model || lanes !== before.document.lanes) activity.forgetDoubt();
      if (
        prompt !== before.document.prompt ||
        model !== before.document.model ||
        chat !== before.document.chat ||
        lanes !== before.document.lanes
      )
        this.#check();
      if (rows !== before.document.rows || state.past !== before.past) this.#closeUnreachable(before.document.rows.map((row) => row.run));
      if (cursor.place !== null && !rows.some((row) => row.run === cursor.place?.run)) cursor.clear();
    });
    runs.onStarted(({ info, recorded }) => {
      const deviceNote = recorded ? null : deviceNoteOf(info);
      if (deviceNote === null) return;
      showNotice(deviceNote);
      activity.announce(deviceNote);
    });
    runs.onFinished((run) => {
      this.#session.schedule();
      void memory.refresh();
      activity.announce(outcomeSentence(run));
      this.#beginAt(run);
    });
    runs.store.subscribe(({ views }) => {
      for (const run of views.values()) if (run.outcome === null) this.#beginAt(run);
    });
    await this.#restored;
  }

  /** Settles when nothing is under way any more and what there is has been painted. For tests. */
  async waitForIdle(): Promise<void> {
    do {
      await this.#clock.afterPaint();
      // What is drawn in slices is done when the page has nothing to do.
      await new Promise<void>((resolve) => {
        requestIdleCallback(() => {
          resolve();
        });
      });
    } while (this.#busy());
    await this.#clock.afterPaint();
  }

  /** With no cursor the inspector would be empty. */
  #beginAt(run: RunView): void {
    const { cursor, workspace } = this.services;
    if (cursor.place !== null || !workspace.document.rows.some((row) => row.run === run.id)) return;
    const beginning = beginStep(run);
    if (beginning) cursor.hover(run.id, beginning.lane, beginning.step);
  }

  #busy(): boolean {
    const { engine, activity, checker } = this.services;
    if (engine.store.getState().state === 'starting' || engine.store.getState().restarting) return true;
    return activity.store.getState().pending > 0 || checker.pending || this.#session.pending || liveRuns(this.services).length > 0;
  }

  async #engineReady(): Promise<void> {
    const { engine, activity, library, devices, memory } = this.services;
    this.#engines += 1;
    activity.forgetLoaded();
    devices.forget();
    activity.announce('Engine ready.');
    void library.refresh();
    void memory.refresh();
    await activity.during(async () => {
      const restored = await this.#restored;
      const { facts } = engine.store.getState();
      if (this.#engines > 1) await reopenRows(this.services);
      else if (restored !== null) await reopenTraces(this.services, restored);
      else if (facts !== null) firstWorkspace(this.services, facts);
    });
    this.#check();
  }

  #check(): void {
    const { checker, workspace, engine } = this.services;
    checker.schedule(workspace.document, promptsOfOthers(workspace.document, engine.store.getState().facts));
  }

  /** Traces of the rows on screen, to be opened again at the next start. */
  #traces(): readonly string[] {
    const { runs, workspace } = this.services;
    return workspace.document.rows.flatMap((row) => runs.view(row.run)?.trace?.id ?? []);
  }

  /** Frees runs that neither the screen nor undo can bring back. Their traces stay on disk. */
  #closeUnreachable(before: readonly string[]): void {
    const { engine, runs, workspace } = this.services;
    for (const run of before) this.#onceShown.add(run);
    const reachable = workspace.reachableRuns();
    for (const run of this.#onceShown) {
      if (reachable.has(run)) continue;
      this.#onceShown.delete(run);
      runs.forget(run);
      // Nothing can be done about a run that cannot be closed: the engine frees it when it ends.
      engine.request('run.close', { run }).catch(() => undefined);
    }
  }
}
