import { createStore, type StoreApi } from 'zustand/vanilla';
import { type ErrorReport, toErrorReport } from '../../main/contract/errors';
import type { CatalogueEntry, ImportJob, InstalledModel, Quantization, WindowSource } from '../../main/contract/library';
import type { Checks } from './checks';
import type { EngineRequest } from './engine-connection';

/** How a model's files stand against what was written at its import, and what it computes against its reference. */
export type Verification = { readonly kind: 'passed' } | { readonly kind: 'failed'; readonly problems: readonly string[] };

export interface LibraryState {
  readonly listing: 'loading' | 'ready' | 'failed';
  /** Why the library could not be read. */
  readonly error: ErrorReport | null;
  readonly installed: readonly InstalledModel[];
  readonly catalogue: readonly CatalogueEntry[];
  /** Newest first, without those dismissed. */
  readonly jobs: readonly ImportJob[];
  /** Removed in this session and not brought back: they can be until the app quits. */
  readonly removed: readonly InstalledModel[];
  /** By model, what was found last. */
  readonly verifications: ReadonlyMap<string, Verification>;
  /** What an import makes of the weights. */
  readonly quantize: Quantization;
}

const pollMilliseconds = 300;

export function isLive({ state }: ImportJob): boolean {
  return state === 'queued' || state === 'running';
}

interface LibraryListeners {
  /** Models came or went: what the engine offers has changed. */
  readonly onChanged: () => Promise<void>;
  readonly onEnded: (job: ImportJob) => void;
}

/** What the engine's model library holds and is importing, as far as the window has asked. */
export class Library {
  readonly store: StoreApi<LibraryState> = createStore<LibraryState>(() => ({
    listing: 'loading',
    error: null,
    installed: [],
    catalogue: [],
    jobs: [],
    removed: [],
    verifications: new Map(),
    quantize: 'auto',
  }));
  readonly #request: EngineRequest;
  readonly #checks: Checks;
  readonly #listeners: LibraryListeners;
  /** How each import was asked for, to ask again. */
  readonly #askings = new Map<string, () => Promise<void>>();
  readonly #dismissed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(request: EngineRequest, checks: Checks, listeners: LibraryListeners) {
    this.#request = request;
    this.#checks = checks;
    this.#listeners = listeners;
  }

  /** Asks for everything anew. A failure is kept as the listing's state. */
  async refresh(): Promise<void> {
    try {
      const [{ installed, catalogue }, { jobs }] = await Promise.all([this.#request('models.list', {}), this.#request('models.jobs', {})]);
      this.store.setState({ listing: 'ready', error: null, installed, catalogue });
      this.#takeJobs(jobs);
    } catch (thrown) {
      this.store.setState({ listing: 'failed', error: toErrorReport(thrown) });
    }
  }

  setQuantize(quantize: Quantization): void {
    this.store.setState({ quantize });
  }

  /** @throws InterlinearError where the engine refuses the source at once */
  async add(source: WindowSource): Promise<void> {
    const { quantize } = this.store.getState();
    const { job } = await this.#request('models.add', { source, quantize });
    this.#askings.set(job, () => this.add(source));
    await this.#poll();
  }

  /** Imports what the shell has granted. @throws InterlinearError where the engine refuses the source at once */
  async addGranted(grant: string): Promise<void> {
    const { quantize } = this.store.getState();
    const { job } = await this.#request('models.addGranted', { grant, quantize });
    this.#askings.set(job, () => this.addGranted(grant));
    await this.#poll();
  }

  async cancel(job: string): Promise<void> {
    await this.#request('models.cancel', { job });
    await this.#poll();
  }

  /** Asks again for an import that ended; the ended one leaves the list. */
  async retry(job: string): Promise<void> {
    const ask = this.#askings.get(job);
    this.dismiss(job);
    await ask?.();
  }

  canRetry(job: string): boolean {
    return this.#askings.has(job);
  }

  /** Takes an ended import off the list. */
  dismiss(job: string): void {
    this.#dismissed.add(job);
    this.store.setState((state) => ({ jobs: state.jobs.filter((other) => other.id !== job) }));
  }

  /** Compares a model's files with their hashes and what it computes with its reference, or until that is stopped: what was found before stays. */
  async verify(id: string): Promise<void> {
    const found = await this.#checks.follow({ model: id, device: null }, (options) => this.#request('models.verify', { id }, options));
    if (found === null) return;
    const { passed, problems } = found;
    const verification: Verification = passed ? { kind: 'passed' } : { kind: 'failed', problems };
    this.store.setState(({ verifications }) => ({ verifications: new Map([...verifications, [id, verification]]) }));
    await this.refresh();
  }

  async remove(model: InstalledModel): Promise<void> {
    const { id } = model.summary;
    await this.#request('models.remove', { id });
    this.store.setState(({ removed }) => ({ removed: [...removed.filter((other) => other.summary.id !== id), model] }));
    await this.#changed();
  }

  async restore(id: string): Promise<void> {
    await this.#request('models.restore', { id });
    this.store.setState(({ removed }) => ({ removed: removed.filter((other) => other.summary.id !== id) }));
    await this.#changed();
  }

  /** The engine is gone and its imports with it. */
  lose(error: ErrorReport): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.store.setState(({ jobs }) => ({ jobs: jobs.map((job) => (isLive(job) ? { ...job, state: 'failed', error } : job)) }));
  }

  async #changed(): Promise<void> {
    await this.refresh();
    await this.#listeners.onChanged();
  }

  async #poll(): Promise<void> {
    const { jobs } = await this.#request('models.jobs', {});
    const ended = this.#takeJobs(jobs);
    for (const job of ended) this.#listeners.onEnded(job);
    if (ended.some((job) => job.state === 'done')) await this.#changed();
  }

  /** @returns the jobs that have ended since they were last seen, or that were over before they were seen at all */
  #takeJobs(jobs: readonly ImportJob[]): ImportJob[] {
    const before = new Map(this.store.getState().jobs.map((job) => [job.id, job]));
    const { catalogue } = this.store.getState();
    const shown = jobs
      .filter((job) => !this.#dismissed.has(job.id))
      .map((job) => ({ ...job, title: catalogue.find(({ id }) => id === job.title)?.name ?? job.title }))
      .toReversed();
    // What a lost engine was doing is known only here.
    const lost = [...before.values()].filter((job) => !jobs.some((other) => other.id === job.id));
    this.store.setState({ jobs: [...shown, ...lost] });
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = jobs.some(isLive)
      ? setTimeout(() => {
          // A failed question is no news of the import; a lost engine says so itself.
          this.#poll().catch(() => undefined);
        }, pollMilliseconds)
      : null;
    return shown.filter((job) => {
      const known = before.get(job.id);
      return !isLive(job) && (known === undefined ? this.#askings.has(job.id) : isLive(known));
    });
  }
}
