import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { InterlinearError, toErrorReport } from '../contract/errors';
import type { ImportJob } from '../contract/library';
import type { ImportRequest, RunImport } from './import-model';
import { ProgressMeter } from './progress-meter';

/** Jobs remembered after they ended. */
const remembered = 50;

interface Job {
  readonly id: string;
  readonly title: string;
  readonly meter: ProgressMeter;
  readonly abort: AbortController;
  state: ImportJob['state'];
  model: string | null;
  error: ImportJob['error'];
  finished: Promise<void>;
}

/** Imports, one at a time in the order they were asked for. */
export class ImportJobs {
  readonly #run: RunImport;
  readonly #jobs = new Map<string, Job>();
  #queue: Promise<void> = Promise.resolve();

  constructor(run: RunImport) {
    this.#run = run;
  }

  /** @returns the job's id */
  add(request: ImportRequest): string {
    const { source } = request;
    const job: Job = {
      id: randomUUID(),
      title: request.name ?? (source.kind === 'path' ? basename(source.path) : source.id),
      meter: new ProgressMeter(() => performance.now()),
      abort: new AbortController(),
      state: 'queued',
      model: null,
      error: null,
      finished: Promise.resolve(),
    };
    this.#jobs.set(job.id, job);
    job.finished = this.#queue.then(async () => this.#work(job, request));
    this.#queue = job.finished;
    this.#forget();
    return job.id;
  }

  list(): ImportJob[] {
    return [...this.#jobs.values()].map(describe);
  }

  get(id: string): ImportJob {
    return describe(this.#find(id));
  }

  /** Resolves when the job has ended, however it did. */
  async finished(id: string): Promise<ImportJob> {
    const job = this.#find(id);
    await job.finished;
    return describe(job);
  }

  /** Stops a job, queued or running; what it made is deleted. A job that has ended stays as it is. */
  cancel(id: string): void {
    const job = this.#find(id);
    if (job.state === 'queued') job.state = 'cancelled';
    job.abort.abort();
  }

  /** Stops everything and waits until nothing half-made is left. */
  async dispose(): Promise<void> {
    for (const job of this.#jobs.values()) this.cancel(job.id);
    await this.#queue;
  }

  async #work(job: Job, request: ImportRequest): Promise<void> {
    if (job.abort.signal.aborted) return;
    job.state = 'running';
    try {
      job.model = await this.#run(request, { meter: job.meter, signal: job.abort.signal });
      job.state = 'done';
    } catch (error) {
      job.state = job.abort.signal.aborted ? 'cancelled' : 'failed';
      job.error = job.state === 'failed' ? toErrorReport(error) : null;
    }
  }

  #find(id: string): Job {
    const job = this.#jobs.get(id);
    if (job) return job;
    throw new InterlinearError('bad-request', 'The engine knows no such import.', 'It may have been restarted: add the model again.');
  }

  #forget(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= remembered) return;
      if (state !== 'queued' && state !== 'running') this.#jobs.delete(id);
    }
  }
}

const endings = { done: 'Installed', failed: 'Failed', cancelled: 'Cancelled' } as const;

function describe({ id, title, meter, state, model, error }: Job): ImportJob {
  const { progress } = meter;
  if (state === 'queued' || state === 'running') return { id, title, state, ...progress, model, error };
  return { id, title, state, ...progress, phase: endings[state], remark: null, bytesPerSecond: null, secondsLeft: null, model, error };
}
