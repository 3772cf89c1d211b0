import { Worker } from 'node:worker_threads';
import compiled from 'virtual:kernels';
import relaxed from 'virtual:relaxed-kernels';
import { InterlinearError } from '../contract/errors';
import type { QuantizedBits } from '../graph/quantized-parts';
import { type Arguments, type Job, layoutOf } from './jobs';
import { KernelMemory } from './kernel-memory';
import { mostThreads } from './most-threads';

/** Megabytes of JavaScript's heap that a thread gets, which runs kernels and nothing else. */
const heap = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };

/** All a thread does: take parts of jobs until there are none to come. */
const program = `
const { workerData: { module, memory, thread } } = require('node:worker_threads');
new WebAssembly.Instance(module, { env: { memory } }).exports.work(thread);
`;

/** As traces name it; the number is raised with a change that moves a bit of a result. */
export const kernelsName = 'interlinear kernels 9';

/** Whether this runtime knows what products of bytes, and the sketch of a lens, are made of. */
export const knowsBytes = WebAssembly.validate(relaxed);

let module: WebAssembly.Module | null = null;

type Run = (job: number, args: number, chunks: number, threads: number) => void;

/** The kernels with their memory and threads. One job at a time; a job is done when `run` returns. */
export class Kernels {
  readonly memory = new KernelMemory();
  /** Bits of weights whose products in bytes are right here: see assembly/byte-products.ts. */
  readonly bitsInBytes: readonly QuantizedBits[];
  readonly #threads: number;
  readonly #workers: Worker[];
  readonly #run: Run;
  readonly #end: () => void;
  #isLost = false;

  /** @param threads in all, with the one that calls @throws RangeError for more than `mostThreads` */
  constructor(threads: number) {
    if (threads > mostThreads) throw new RangeError(`${threads} threads are more than ${mostThreads}`);
    module ??= new WebAssembly.Module(knowsBytes ? relaxed : compiled);
    const { memory } = this.memory;
    const { run, end, wholeBytes } = new WebAssembly.Instance(module, { env: { memory } }).exports;
    if (typeof run !== 'function' || typeof end !== 'function' || typeof wholeBytes !== 'function')
      throw new Error('The kernels lack a function');
    this.#run = run as Run;
    this.bitsInBytes = !knowsBytes ? [] : (wholeBytes as (weight: number) => number)(255) === 1 ? [4, 8] : [4];
    this.#end = end as () => void;
    this.#threads = threads;
    this.#workers = Array.from({ length: threads - 1 }, (_, i) => {
      const worker = new Worker(program, { eval: true, workerData: { module, memory, thread: i + 1 }, resourceLimits: heap });
      worker.unref();
      // Without it the others, at the least the one that calls, take its parts; the one it was at is missed by `run`.
      worker.on('error', () => undefined);
      return worker;
    });
  }

  /**
   * Writes the arguments of a job somewhere, for as many runs as are wanted.
   * @returns their address, to be freed in `memory`
   */
  prepare<J extends Job>(job: J, values: Arguments<J>): number {
    const args = this.memory.allocate(4 * layoutOf(job).fields.size);
    this.change(job, args, values);
    return args;
  }

  /** Writes some of the arguments of a job anew. */
  change<J extends Job>(job: J, args: number, values: Partial<Arguments<J>>): void {
    const { fields } = layoutOf(job);
    const [integers, floats] = [this.memory.integers(args, fields.size), this.memory.floats(args, fields.size)];
    const given: Readonly<Record<string, number | undefined>> = values;
    for (const [name, value] of Object.entries(given)) {
      const field = fields.get(name);
      if (!field) throw new Error(`'${job}' has no argument '${name}'`);
      (field.isFloat ? floats : integers)[field.place] = value ?? NaN;
    }
  }

  /**
   * @param args address of its arguments
   * @param chunks parts it is cut into, each computed by one thread
   * @throws InterlinearError `engine-lost` where a thread has ended in the middle of its work, then and from then on
   */
  run(job: Job, args: number, chunks: number): void {
    const { number } = layoutOf(job);
    if (this.#isLost) throw lost();
    try {
      this.#run(number, args, chunks, this.#threads);
    } catch (thrown) {
      // Who comes back after all would count a part of this job as one of the next.
      this.#isLost = true;
      throw lost(thrown);
    }
  }

  async dispose(): Promise<void> {
    this.#end();
    await Promise.all(this.#workers.map(async (worker) => worker.terminate()));
  }
}

function lost(cause?: unknown): InterlinearError {
  const message = 'A thread that computes has ended in the middle of its work.';
  return new InterlinearError('engine-lost', message, 'Restart the engine, then try again.', { cause });
}
