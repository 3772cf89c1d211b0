import { createHash, randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { InterlinearError, toErrorReport } from '../contract/errors';
import type { ClientMessage, EngineMessage, Role, Transport } from '../contract/protocol';
import { protocolVersion } from '../contract/protocol';
import { deviceOfModel, modelOfLane, modelsOfLanes } from '../contract/lane-models';
import type { ModelSummary } from '../contract/model';
import type { RunRequest } from '../contract/run';
import type { DeviceProbe } from '../runtime/devices';
import type { RunPrefix } from '../runtime/run-prefix';
import { runtimeName } from '../runtime/onnx-runtime';
import { type Bundle, openBundle } from '../traces/bundle-reader';
import { exportTrace } from '../traces/export-trace';
import { deleteTrace, listTraces, newTracePath, tracePath } from '../traces/trace-list';
import { type AttentionRequest, AttentionShelf } from './attention-handlers';
import { Connection, type Handlers, type LoadListener } from './connection';
import { type DeviceRequest, deviceHandlers } from './device-handlers';
import { measureTrajectory } from './measure-trajectory';
import { type ModelRequest, modelHandlers } from './model-handlers';
import { ModelShelf } from './model-shelf';
import { loadModelsOfRun } from './models-of-run';
import { readMemory } from './free-memory';
import { describeRun } from './describe-run';
import { inTurnOf } from './in-turn';
import { LensService } from './lens-service';
import { LensTurns } from './lens-turns';
import { readLenses, readQuickLenses } from './read-lenses';
import { type RunResult, recordRun } from './record-run';
import type { RunObserver } from './run-observer';
import type { StartProcess } from './side-process';
import type { RunSource } from './run-source';

export interface EngineOptions {
  /** Folder with `models/` and `presets.json`. */
  readonly resources: string;
  /** Folder in which runs are recorded; made when it is missing. */
  readonly runs: string;
  /** Folder of the user's imported models; made at the first import. */
  readonly models: string;
  readonly appVersion: string;
  /** Tries devices other than the CPU; without it none of them is used. */
  readonly probe?: DeviceProbe;
  /** Starts processes that import a model or read lenses; without it the engine's own thread does it. */
  readonly startProcess?: StartProcess;
}

export interface StartedRun {
  readonly run: string;
  readonly finished: Promise<RunResult>;
  cancel(): void;
}

/** The engine: models, runs and traces behind typed requests. It knows no transport beyond the interface and no Electron. */
export class Engine {
  readonly #options: EngineOptions;
  readonly #models: ModelShelf;
  readonly #attention: AttentionShelf;
  readonly #lens: LensService;
  /** Runs whose steps and tensors can be asked for. */
  readonly #sources = new Map<string, RunSource>();
  readonly #active = new Map<string, { readonly abort: AbortController; readonly models: readonly string[] }>();
  readonly #handlers: Handlers;
  /** Paths of traces outside the runs folder that the shell has let the window open. */
  readonly #granted = new Map<string, string>();
  /** Where the bundle of each run of this session stands. */
  readonly #bundles = new Map<string, string>();
  /** Ids of the traces being written. */
  readonly #recording = new Set<string>();
  /** Runs share the processor: one at a time, in the order they came. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#models = new ModelShelf(options.resources, options.models, options);
    const { startProcess } = options;
    this.#lens = new LensService(startProcess ? () => startProcess('lens-reader') : null, new LensTurns(() => this.#active.size > 0));
    const inUse = (id: string): boolean => [...this.#active.values()].some(({ models }) => models.includes(id));
    const inTurn = inTurnOf(async (work) => this.#enqueue(work));
    this.#attention = new AttentionShelf(this.#models, (run) => this.#source(run));
    this.#handlers = {
      ...this.#runHandlers,
      ...this.#attention.handlers,
      ...modelHandlers(this.#models, this.#lens, inUse, inTurn),
      ...deviceHandlers(this.#models, inTurn),
    };
  }

  connect(transport: Transport<EngineMessage, ClientMessage>, role: Role): Connection {
    return new Connection(transport, role, this.#handlers);
  }

  /**
   * Checks the prompt and starts the run, or queues it behind the one that is running.
   * @param options.onLoad told of the models that have to be loaded first
   * @param options.bundle path of the bundle to write; by default a new one in the runs folder
   * @throws InterlinearError `unknown-model`, `bad-model`, `bad-prompt`, `unsupported`
   */
  async start(
    request: RunRequest,
    observer: RunObserver,
    options: { readonly bundle?: string; readonly prefix?: RunPrefix; readonly onLoad?: LoadListener } = {},
  ): Promise<StartedRun> {
    const models = await loadModelsOfRun(this.#models, request, {
      forked: options.prefix !== undefined,
      ...(options.onLoad && { onLoad: options.onLoad }),
    });
    const run = randomUUID();
    const abort = new AbortController();
    this.#active.set(run, { abort, models: modelsOfLanes(request) });
    const finished = this.#enqueue(async () => {
      const info = describeRun(run, request, models, this.#options.appVersion);
      const bundle = options.bundle ?? newTracePath(this.#options.runs, info);
      this.#recording.add(basename(bundle));
      const onSource = (source: RunSource): void => void this.#sources.set(run, source);
      try {
        const result = await recordRun({
          info,
          models,
          bundle,
          observer: {
            push: (event) => observer.push(event),
            ready: async () => Promise.all([observer.ready(), this.#lens.rest()]).then(() => undefined),
          },
          signal: abort.signal,
          onSource,
          settle: async (outcome) => ({ ...outcome, parity: await this.#models.recordParity(info, outcome) }),
          ...(options.prefix && { prefix: options.prefix }),
        });
        if (result.trace) this.#bundles.set(run, result.trace.path);
        return result;
      } finally {
        this.#active.delete(run);
        this.#recording.delete(basename(bundle));
      }
    });
    return { run, finished, cancel: () => abort.abort() };
  }

  /** Every model that can be run. */
  async models(): Promise<ModelSummary[]> {
    return this.#models.list();
  }

  /** Frees a run and the files it holds open; its trace stays on disk. */
  async close(run: string): Promise<void> {
    const source = this.#sources.get(run);
    this.#sources.delete(run);
    this.#bundles.delete(run);
    this.#attention.forget(run);
    await source?.close();
  }

  /** Stops what runs and frees models and runs. Nothing may be asked afterwards. */
  async dispose(): Promise<void> {
    for (const { abort } of this.#active.values()) abort.abort();
    this.#attention.forget();
    this.#lens.end();
    await this.#queue;
    await Promise.all([...this.#sources.values()].map(async (source) => source.close()));
    this.#sources.clear();
    await this.#models.dispose();
  }

  readonly #runHandlers: Omit<Handlers, ModelRequest | AttentionRequest | DeviceRequest> = {
    hello: async ({ protocol }) => {
      if (protocol !== protocolVersion)
        throw new InterlinearError(
          'bad-request',
          `The window speaks protocol ${protocol} and the engine ${protocolVersion}.`,
          'Restart the app.',
        );
      const [models, presets] = await Promise.all([this.#models.list(), this.#models.presets()]);
      return { protocol: protocolVersion, engine: runtimeName, models, presets };
    },
    memory: async () => readMemory(),
    'prompt.check': async ({ model, prompt, chat }) => (await this.#models.reader(model)).checkPrompt(prompt, chat),
    'run.start': async (request, connection, { onLoad }) => this.#startFor(connection, request, { onLoad }),
    'run.cancel': async ({ run }) => {
      this.#active.get(run)?.abort.abort();
      return {};
    },
    'run.fork': async ({ run, lane, branch, step, token }, connection, { onLoad }) => {
      const source = this.#source(run);
      const settings = source.info.request.lanes[lane];
      if (!settings) throw new InterlinearError('unknown-run', `The run has no lane ${lane + 1}.`);
      if (token >= modelOfLane(source.info, lane).model.vocabulary)
        throw new InterlinearError('bad-request', `The model has no token ${token}.`);
      const steps = await source.steps(lane, branch, 0, step);
      const kept = await Promise.all(
        steps.map(async (record) => ({
          record,
          thought: record.kind === 'thought' ? (await source.tap(lane, branch, record.index, 'thought')).data : null,
        })),
      );
      const { request } = source.info;
      // Another lane may have said it for both.
      const device = deviceOfModel(request, settings.model ?? request.model);
      return this.#startFor(connection, { ...request, device, lanes: [settings] }, { prefix: { steps: kept, token }, onLoad });
    },
    'run.close': async ({ run }) => {
      await this.close(run);
      return {};
    },
    'run.tap': async ({ run, lane, branch, step, tap }) => {
      const { shape, data } = await this.#source(run).tap(lane, branch, step, tap);
      return { shape: [...shape], data: Float32Array.from(data) };
    },
    'run.lens': async ({ run, ...range }) => {
      const source = this.#source(run);
      const loaded = await this.#models.loadFor(modelOfLane(source.info, range.lane));
      return { packed: await readLenses(source, this.#lens.readerOf(loaded), range) };
    },
    'run.quickLens': async ({ run, ...range }) => {
      const source = this.#source(run);
      const loaded = await this.#models.loadFor(modelOfLane(source.info, range.lane));
      return { packed: await readQuickLenses(source, this.#lens.quickReaderOf(loaded), range) };
    },
    trajectory: async ({ branches, stream, components, scale }) =>
      measureTrajectory(
        branches.map(({ run, lane, branch }) => ({ run, source: this.#source(run), lane, branch })),
        { stream, components, scale },
      ),
    'traces.list': async () => ({ traces: await listTraces(this.#options.runs, this.#recording) }),
    'traces.open': async ({ trace }, connection) => {
      const path = this.#granted.get(trace) ?? tracePath(this.#options.runs, trace);
      const bundle = await openBundle(path);
      const run = randomUUID();
      this.#sources.set(run, bundle);
      this.#bundles.set(run, path);
      void this.#replay(run, trace, bundle, connection);
      return { run };
    },
    'traces.delete': async ({ trace }) => {
      if (this.#recording.has(trace)) throw new InterlinearError('engine-busy', 'This trace is being recorded.', 'Stop the run first.');
      deleteTrace(this.#options.runs, trace);
      return {};
    },
    'traces.grant': async ({ path }) => {
      // The same path has the same id in every session, so that a window finds its rows again.
      const trace = `granted-${createHash('sha256').update(path).digest('hex').slice(0, 32)}`;
      this.#granted.set(trace, path);
      return { trace };
    },
    'run.export': async ({ run, format, path }) => {
      const bundle = this.#bundles.get(run);
      if (bundle === undefined)
        throw new InterlinearError(
          'unknown-run',
          'The run has no trace to export.',
          'Wait until the run has finished, or run again with room on the disk.',
        );
      return { bytes: await exportTrace(bundle, format, path) };
    },
  };

  async #startFor(
    connection: Connection,
    request: RunRequest,
    options: { readonly prefix?: RunPrefix; readonly onLoad: LoadListener },
  ): Promise<{ run: string }> {
    const started = await this.start(request, connection, options);
    // A window that goes away takes its runs with it; what was recorded stays on disk.
    connection.onClose(() => {
      started.cancel();
    });
    // `recordRun` reports every failure as an event; the promise is for callers in this process.
    started.finished.catch(() => undefined);
    return { run: started.run };
  }

  async #replay(run: string, trace: string, bundle: Bundle, connection: Connection): Promise<void> {
    try {
      for await (const event of bundle.events(run, trace)) {
        connection.push(event);
        await connection.ready();
      }
    } catch (error) {
      const outcome = { status: 'failed', milliseconds: 0, prefillMilliseconds: 0, parity: [], error: toErrorReport(error) } as const;
      connection.push({ type: 'finished', run, outcome: { ...outcome, parity: [] }, trace: null, recordingError: null });
    }
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  #source(run: string): RunSource {
    const source = this.#sources.get(run);
    if (!source) throw new InterlinearError('unknown-run', 'The engine does not hold this run.', 'Open its trace again.');
    return source;
  }
}
