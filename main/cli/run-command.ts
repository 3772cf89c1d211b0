import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InterlinearError } from '../contract/errors';
import type { LaneSettings } from '../contract/lanes';
import type { Chat } from '../contract/model';
import type { RunEvent } from '../contract/protocol';
import { type RunRequest, runRequestSchema } from '../contract/run';
import type { Engine } from '../host/engine';
import { exitCodeOf, exitCodes } from './exit-codes';
import { type PromptLine, readPrompts } from './read-prompts';
import { describeFinished, describeRefused, type RunDocument } from './run-document';
import { formatRun } from './run-table';
import { print, printJson, progress } from './terminal';

export interface RunOptions {
  readonly prompt?: string;
  readonly prompts?: string;
  readonly lane: readonly LaneSettings[];
  readonly model: string;
  readonly device: string;
  readonly seed: number;
  readonly schedule: string;
  readonly raw?: boolean;
  readonly system?: string;
  readonly out?: string;
  readonly json?: boolean;
}

const defaultLanes: readonly LaneSettings['kind'][] = ['direct', 'cot', 'best-of-n', 'coconut'];

/** Runs one prompt, or one after another from a file; prints a table or one JSON document. Returns the exit code. */
export async function runCommand(engine: Engine, options: RunOptions): Promise<number> {
  const lines = await promptLines(options);
  const chat = await chatOf(engine, options);
  const jobs = lines.map((line) => ({ line, request: readRequest(options, line.prompt, chat), bundle: bundlePath(options, line) }));
  if (options.prompts !== undefined && options.out !== undefined) await mkdir(options.out, { recursive: true });
  const documents: RunDocument[] = [];
  let code: number = exitCodes.done;
  let stopped = false;
  let cancel = (): void => undefined;
  const stop = (): void => {
    stopped = true;
    progress('Stopping; what was recorded is kept.');
    cancel();
  };
  process.once('SIGINT', stop);
  for (const [index, { line, request, bundle }] of jobs.entries()) {
    if (stopped) break;
    const name = line.id ?? `${index + 1}`;
    progress(
      `Prompt ${name}, ${index + 1} of ${jobs.length}: ${request.lanes.length} ${request.lanes.length === 1 ? 'lane' : 'lanes'}, ${request.schedule}`,
    );
    try {
      const started = await engine.start(request, { push: reportLane, ready: () => Promise.resolve() }, bundle === null ? {} : { bundle });
      cancel = () => {
        started.cancel();
      };
      const result = await started.finished;
      if (result.recordingError) {
        progress(`Not recorded: ${result.recordingError.message} ${result.recordingError.hint}`);
        code = exitCodeOf(result.recordingError.code);
      }
      if (result.outcome.error) code = exitCodeOf(result.outcome.error.code);
      documents.push(describeFinished(result, result.trace?.path ?? null, line.id));
      await engine.close(started.run);
    } catch (thrown) {
      // One prompt of many that cannot be run does not cost the others.
      if (line.id === undefined || !(thrown instanceof InterlinearError)) throw thrown;
      progress(`  not run: ${thrown.message} ${thrown.hint}`);
      code = exitCodeOf(thrown.code);
      documents.push(describeRefused(line.id, line.prompt, thrown));
    }
  }
  process.removeListener('SIGINT', stop);
  if (options.json === true) printJson({ runs: documents });
  else for (const document of documents) print(`${formatRun(document)}\n`);
  return stopped ? exitCodes.cancelled : code;
}

async function promptLines(options: RunOptions): Promise<readonly (Omit<PromptLine, 'id'> & { readonly id?: string })[]> {
  if ((options.prompt === undefined) === (options.prompts === undefined)) {
    throw new InterlinearError(
      'bad-request',
      'Give either --prompt or --prompts.',
      'interlinear run --prompt "ada→bob … ? tom or sue from ada"',
    );
  }
  if (options.prompts !== undefined) return readPrompts(options.prompts);
  return [{ prompt: options.prompt ?? '' }];
}

/** A model with a chat template is spoken to through it, unless `--raw` says that the prompt is to be read as it stands. */
async function chatOf(engine: Engine, { model, raw, system }: RunOptions): Promise<Chat | null> {
  if (raw === true && system !== undefined)
    throw new InterlinearError('bad-request', '--raw has no place for --system.', 'Give one of them.');
  const chats = raw !== true && (await engine.models()).some(({ id, chat }) => id === model && chat);
  return chats || system !== undefined ? { system: system ?? '' } : null;
}

function readRequest(options: RunOptions, prompt: string, chat: Chat | null): RunRequest {
  const lanes = options.lane.length > 0 ? options.lane : defaultLanes.map((kind) => ({ kind }));
  const { model, device, seed, schedule } = options;
  const parsed = runRequestSchema.safeParse({ model, device, seed, schedule, prompt, lanes, chat });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InterlinearError(
    'bad-request',
    `--${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unusable'}`,
    'See interlinear run --help.',
  );
}

/** With `--prompts`, `--out` names a folder with a bundle a prompt; else the bundle itself. Nothing is ever overwritten. */
function bundlePath({ out, prompts }: RunOptions, line: { readonly id?: string }): string | null {
  if (out === undefined) return null;
  const path = prompts === undefined ? out : join(out, `${(line.id ?? '').replaceAll(/[^\w.-]/gu, '_')}.interlinear`);
  if (existsSync(path)) throw new InterlinearError('bad-request', `${path} is there already.`, 'Choose another --out, or delete it first.');
  return path;
}

function reportLane(event: RunEvent): void {
  if (event.type !== 'lane' || event.record.state === 'running' || event.record.state === 'waiting') return;
  const { lane, state, answer, steps, milliseconds } = event.record;
  progress(`  lane ${lane + 1} ${state}: ${answer ?? 'no answer'}, ${steps} steps, ${milliseconds.toFixed(0)} ms`);
}
