import { type ErrorReport, InterlinearError, toErrorReport } from '../contract/errors';
import type { FrameLayout } from '../contract/frame';
import type { PromptCheck } from '../contract/model';
import type { ParityCheck, RunOutcome, RunRequest } from '../contract/run';
import { createLane } from '../lanes/registry';
import { NearestTokens } from '../measures/nearest-tokens';
import type { RunContext } from './branch-run';
import { checkCache } from './cache-check';
import type { LoadedModel } from './decoder';
import { LaneRun } from './lane-run';
import { LensCheck } from './lens-check';
import { checkReference } from './reference-check';
import { comparisonFor } from './parity-check';
import { isTiny } from './tiny-model';
import { PassReader } from './pass-reader';
import { prefixMoves, type RunPrefix } from './run-prefix';
import type { RunSink } from './run-sink';
import { runLanes, type SchedulerInput } from './scheduler';

export interface RunInput {
  readonly model: LoadedModel;
  readonly request: RunRequest;
  /** What the model makes of the prompt: no run is started on one with errors. */
  readonly check: PromptCheck;
  readonly layout: FrameLayout;
  readonly sink: RunSink;
  readonly signal: AbortSignal;
  /** For a fork: what its one lane starts with. */
  readonly prefix?: RunPrefix;
  /** Milliseconds from any origin. */
  readonly clock?: () => number;
}

/** What a step keeps, unless someone asks for more: eight candidates, four per layer, four neighbours of a thought. */
export function defaultLayout(model: LoadedModel): FrameLayout {
  return { streams: model.decoder.layers + 1, candidates: 8, lens: 4, nearest: 4 };
}

/**
 * Reads the prompt once, runs all lanes, then checks what was seen against independent readings.
 * @throws InterlinearError `unsupported`, `bad-prompt` or `bad-request` before anything is recorded; whatever the sink throws. Everything that
 *   goes wrong in the model is told by the outcome and the lanes' records instead, with the steps before it kept.
 */
export async function executeRun(input: RunInput): Promise<RunOutcome> {
  const { model, request, layout, sink, signal } = input;
  const clock = input.clock ?? (() => performance.now());
  const tokens = model.read(request.prompt, request.chat);
  const context = prepare(input, tokens.length);
  const { decoder } = model;
  const laneContext = { markers: model.markers, candidates: layout.candidates };
  const lanes = request.lanes.map(
    (settings, i) => new LaneRun(i, createLane(settings, laneContext), request.seed, context, tokens.length, sink),
  );
  const comparison = comparisonFor(model.dtype, isTiny(model.summary.parameters));
  const lensCheck = new LensCheck(comparison);
  const reader = new PassReader(decoder, layout, lensCheck);

  const started = clock();
  const outcome = (
    status: RunOutcome['status'],
    prefillMilliseconds: number,
    parity: ParityCheck[],
    error: ErrorReport | null,
  ): RunOutcome => ({
    status,
    milliseconds: clock() - started,
    prefillMilliseconds,
    parity,
    error,
  });

  let prefillMilliseconds = 0;
  let start: Pick<SchedulerInput, 'prompt' | 'root'>;
  try {
    const { cache, last } = await decoder.prefill(tokens);
    prefillMilliseconds = clock() - started;
    const [root] = await reader.read([{ output: last, tokenId: tokens.at(-1) ?? null }], prefillMilliseconds);
    if (!root) throw new Error('The prompt gave no reading');
    start = { prompt: cache, root };
  } catch (thrown) {
    for (const lane of lanes) lane.fail(thrown);
    return outcome('failed', prefillMilliseconds, [], toErrorReport(thrown));
  }
  const failedPass = await runLanes({ ...start, decoder, reader, lanes, schedule: request.schedule, sink, signal, clock });
  if (failedPass) return outcome('failed', prefillMilliseconds, [], failedPass);
  if (lanes.some(({ state }) => state === 'cancelled')) return outcome('cancelled', prefillMilliseconds, [], null);
  const branches = lanes.flatMap((lane) => lane.branches);
  const reference = await checkReference(model);
  const parity = [lensCheck.result(), await checkCache(decoder, tokens, branches, comparison), ...(reference ? [reference] : [])];
  const allFailed = lanes.every(({ state }) => state === 'failed');
  return outcome(allFailed ? 'failed' : 'done', prefillMilliseconds, parity, allFailed ? (lanes[0]?.error ?? null) : null);
}

/** Refuses what cannot be run. */
function prepare({ model, request, check, layout, prefix }: RunInput, promptLength: number): RunContext {
  const problem = check.problems.find(({ severity }) => severity === 'error');
  if (problem) throw new InterlinearError('bad-prompt', problem.message, problem.hint);
  const unsupported = request.lanes.find(({ kind }) => !model.summary.lanes.includes(kind));
  if (unsupported) {
    const known = model.summary.lanes.join(', ');
    throw new InterlinearError('unsupported', `${model.summary.name} cannot run the lane ${unsupported.kind}.`, `It can run: ${known}.`);
  }
  if (prefix && request.lanes.length !== 1)
    throw new InterlinearError('bad-request', 'A fork runs exactly one lane.', 'Fork one lane at a time.');
  return {
    model,

    nearest: new NearestTokens(() => model.decoder.embeddings, model.decoder.width, layout.nearest),
    expected: check.expected,
    prefix: prefix ? prefixMoves(prefix, model) : [],
    // The last step is chosen by the pass at the last position, and needs none of its own.
    maximumSteps: (model.summary.maximumPositions ?? Infinity) - promptLength + 1,
  };
}
