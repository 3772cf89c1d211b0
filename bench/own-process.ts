import { fork, type ForkOptions } from 'node:child_process';
import { join } from 'node:path';
import { engineHeapFlags } from '../main/host/engine-heap';

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

/** The runtime the app starts its engine in, as it does. */
function asEngine(): ForkOptions {
  const execPath = process.env['INTERLINEAR_ELECTRON'];
  if (execPath === undefined) throw new Error('INTERLINEAR_ELECTRON does not name an Electron: run this through npm run bench.');
  return { execPath, execArgv: [...engineHeapFlags], env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } };
}
