import { type ErrorReport, toErrorReport } from '../contract/errors';
import type { FrameLayout } from '../contract/frame';
import type { PromptCheck } from '../contract/model';
import type { ParityCheck, RunOutcome, RunRequest } from '../contract/run';
import { createLane } from '../lanes/registry';
import { NearestTokens } from '../measures/nearest-tokens';
import { checkCache } from './cache-check';
import type { LoadedModel } from './decoder';
import { LaneRun } from './lane-run';
import { LensCheck } from './lens-check';
import { checkReference } from './reference-check';
import { comparisonFor } from './parity-check';
import { isTiny } from './tiny-model';
import { PassReader } from './pass-reader';
import { chatFor, refuse } from './refuse-run';
import { prefixMoves, type RunPrefix } from './run-prefix';
import type { RunSink } from './run-sink';
import { type LaneGroup, runLanes } from './scheduler';

/** A model lanes of a run are on. */
export interface ModelOfRun {
  readonly model: LoadedModel;
  /** What the model makes of the prompt: no run is started on one with errors. */
  readonly check: PromptCheck;
  readonly layout: FrameLayout;
}

export interface RunInput {
  /** The run's own model first: lanes that name none of the others are on it. */
  readonly models: readonly [ModelOfRun, ...ModelOfRun[]];
  readonly request: RunRequest;
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
 * Has every model read the prompt once, runs all lanes, then checks what was seen against independent readings.
 * @throws InterlinearError `unsupported`, `bad-prompt` or `bad-request` before anything is recorded; whatever the sink throws. Everything that
 *   goes wrong in a model is told by the outcome and the lanes' records instead, with the steps before it kept.
 */
export async function executeRun(input: RunInput): Promise<RunOutcome> {
  const { request, signal, sink } = input;
  const clock = input.clock ?? (() => performance.now());
  const teams = makeTeams(input);
  const lanes = teams.flatMap((team) => team.lanes);

  const started = clock();
  let prefillMilliseconds = 0;
  const outcome = (status: RunOutcome['status'], parity: ParityCheck[], error: ErrorReport | null): RunOutcome => ({
    status,
    milliseconds: clock() - started,
    prefillMilliseconds,
    parity,
    error,
  });

  const groups: LaneGroup[] = [];
  let failedPass: ErrorReport | null = null;
  try {
    for (const team of teams) {
      try {
        const from = clock();
        groups.push(await team.readPrompt(clock));
        prefillMilliseconds += clock() - from;
      } catch (thrown) {
        for (const lane of team.lanes) lane.fail(thrown);
        failedPass ??= toErrorReport(thrown);
      }
    }
    const failedLater = await runLanes({ groups, schedule: request.schedule, sink, signal, clock });
    failedPass ??= failedLater;
  } finally {
    for (const { prompt } of groups) prompt.dispose();
  }
  if (failedPass) return outcome('failed', [], failedPass);
  if (lanes.some(({ state }) => state === 'cancelled')) return outcome('cancelled', [], null);
  const parity: ParityCheck[] = [];
  for (const team of teams) {
    const model = teams.length > 1 ? { model: team.model.summary.id } : {};
    parity.push(...(await team.checkParity()).map((check) => ({ ...model, ...check })));
  }
  const allFailed = lanes.every(({ state }) => state === 'failed');
  return outcome(allFailed ? 'failed' : 'done', parity, allFailed ? (lanes[0]?.error ?? null) : null);
}

/** A model and the lanes on it. */
interface Team {
  readonly model: LoadedModel;
  readonly lanes: readonly LaneRun[];
  /** Reads the prompt once, for all lanes. */
  readPrompt(clock: () => number): Promise<LaneGroup>;
  checkParity(): Promise<ParityCheck[]>;
}

/** Refuses what cannot be run, then divides the lanes among the models. */
function makeTeams({ models, request, prefix, sink }: RunInput): Team[] {
  refuse(
    request,
    models.map(({ model, check }) => ({ summary: model.summary, check })),
    prefix !== undefined,
  );
  const prepared = models.map((of) => ({ of, ...prepare(of, request, prefix) }));
  const lanes = request.lanes.map((settings, i) => {
    const place = Math.max(
      0,
      models.findIndex(({ model }) => model.summary.id === settings.model),
    );
    const on = prepared[place];
    if (!on) throw new Error(`No model for lane ${i}`);
    const rule = createLane(settings, { markers: on.of.model.markers, candidates: on.of.layout.candidates });
    return { on, run: new LaneRun(i, rule, request.seed, on.context, on.tokens.length, sink) };
  });
  return prepared.map((each) => {
    const own = lanes.flatMap(({ on, run }) => (on === each ? [run] : []));
    return teamOf(each.of, each.tokens, own);
  });
}

function prepare({ model, check, layout }: ModelOfRun, request: RunRequest, prefix: RunPrefix | undefined) {
  const tokens = model.read(request.prompt, chatFor(request, model.summary));
  const context = {
    model,
    nearest: new NearestTokens(() => model.decoder.embeddings, model.decoder.width, layout.nearest),
    expected: check.expected,
    prefix: prefix ? prefixMoves(prefix, model) : [],
    // The last step is chosen by the pass at the last position, and needs none of its own.
    maximumSteps: (model.summary.maximumPositions ?? Infinity) - tokens.length + 1,
  };
  return { tokens, context };
}

function teamOf({ model, layout }: ModelOfRun, tokens: readonly number[], lanes: readonly LaneRun[]): Team {
  const { decoder } = model;
  const comparison = comparisonFor(model.decoder.inputBits, isTiny(model.summary.parameters));
  const lensCheck = new LensCheck(comparison);
  const reader = new PassReader(decoder, layout, lensCheck);
  return {
    model,
    lanes,
    readPrompt: async (clock) => {
      const from = clock();
      const { cache, last } = await decoder.prefill(tokens);
      try {
        const [root] = await reader.read([{ output: last, tokenId: tokens.at(-1) ?? null, walk: reader.wanted(null) }], clock() - from);
        if (!root) throw new Error('The prompt gave no reading');
        return { decoder, reader, prompt: cache, root, lanes };
      } catch (thrown) {
        cache.dispose();
        throw thrown;
      }
    },
    checkParity: async () => {
      const branches = lanes.flatMap((lane) => lane.branches);
      const reference = await checkReference(model);
      return [await lensCheck.result(decoder), await checkCache(decoder, tokens, branches, comparison), ...(reference ? [reference] : [])];
    },
  };
}
