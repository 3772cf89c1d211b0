import { fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { engineFlags } from '../main/host/engine-flags';
import { knownFlags } from './known-flags';

/** What one task in a process of its own took. */
export interface ProcessFigures {
  readonly seconds: number;
  /** Resident set at the end of the task, before it lets go of what it holds. */
  readonly bytes: number;
  /** Highest resident set, the program itself included. */
  readonly peakBytes: number;
}

/** A task and its parameters, as they cross to the other process. */
export type Task =
  | { readonly kind: 'import'; readonly resources: string; readonly models: string; readonly source: string; readonly quantize?: string }
  | {
      readonly kind: 'context';
      readonly resources: string;
      readonly models: string;
      readonly id: string;
      readonly context: number;
      readonly steps?: number;
    };

/** Runs a task in a new process, so that its memory is its own and nothing is warm. @throws Error when it fails */
export async function inOwnProcess(task: Task): Promise<ProcessFigures> {
  // A program of its own: what else the bench can do would be in the memory that is measured.
  const child = fork(join(import.meta.dirname, 'bench-task.js'), [JSON.stringify(task)], {
    stdio: ['ignore', 2, 2, 'ipc'],
    ...(task.kind === 'context' ? asEngine() : {}),
  });
  return new Promise((resolve, reject) => {
    let figures: ProcessFigures | null = null;
    child.on('message', (message) => {
      figures = message as ProcessFigures;
    });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0 && figures) resolve(figures);
      else reject(new Error(`The process for “${task.kind}” ended with ${code ?? 'a signal'}.`));
    });
  });
}

/** Runs this program again, as an engine runs; for measurements that are to be those of the app. @returns its exit code */
export async function againAsEngine(): Promise<number> {
  const [, program = '', ...parameters] = process.argv;
  const { env, ...runtime } = asEngine();
  const child = fork(program, parameters, { stdio: 'inherit', ...runtime, env: { ...env, [plainNode]: process.execPath } });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}

/** Whether this program runs as an engine does. */
export const runsAsEngine = process.versions['electron'] !== undefined;

/** A process of the Node that the bench was started with, and nothing of an engine's, whatever runs this program: for other runtimes. */
export function inPlainNode(): ForkOptions {
  const { [plainNode]: execPath = process.execPath, ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  return { execPath, execArgv: [], env };
}

/** Where a program that runs as an engine is told of the Node it was started with. */
const plainNode = 'INTERLINEAR_BENCH_NODE';

/** The runtime the app starts its engine in, as it does. */
function asEngine(): ForkOptions {
  const execPath = process.env['INTERLINEAR_ELECTRON'];
  if (execPath === undefined) throw new Error('INTERLINEAR_ELECTRON does not name an Electron: run this through npm run bench.');
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  return { execPath, execArgv: knownFlags(engineFlags, execPath, env), env };
}
