import { basename } from 'node:path';
import { type ErrorReport, toErrorReport } from '../contract/errors';
import { encodeSteps } from '../contract/frame';
import { layoutsOf } from '../contract/lane-models';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../contract/run';
import { executeRun, type RunInput } from '../runtime/execute-run';
import type { RunPrefix } from '../runtime/run-prefix';
import type { RunSink } from '../runtime/run-sink';
import { openBundle } from '../traces/bundle-reader';
import { Recorder } from '../traces/recorder';
import type { RunObserver } from './run-observer';
import { LiveRun } from './live-run';
import type { RunSource } from './run-source';

interface RecordRunOptions {
  readonly info: RunInfo;
  readonly models: RunInput['models'];
  /** Path of the bundle to write. */
  readonly bundle: string;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  /** For a fork: what its one lane starts with. */
  readonly prefix?: RunPrefix;
  /** Told where the run's steps can be had, before the first comes. */
  readonly onSource: (source: RunSource) => void;
  /** Told how the run ended before the trace and the observer are; they are told what it returns. */
  readonly settle: (outcome: RunOutcome) => Promise<RunOutcome>;
}

export interface RunResult {
  readonly info: RunInfo;
  readonly lanes: readonly LaneRecord[];
  readonly branches: readonly BranchRecord[];
  readonly outcome: RunOutcome;
  readonly trace: { readonly path: string; readonly bytes: number } | null;
  readonly recordingError: ErrorReport | null;
}

/**
 * Executes a run, records it and tells its observer, in that order for every tick: what is on screen is on disk. A failure of
 * the model is the run's outcome; a failure of the disk is told and never stops the run.
 */
export async function recordRun(options: RecordRunOptions): Promise<RunResult> {
  const { info, observer, onSource } = options;
  const run = info.id;
  const recorder = new Recorder({ path: options.bundle });
  await recorder.start(info);
  const live = new LiveRun(info, recorder.live(info));
  onSource(live);
  observer.push({ type: 'started', run, info, recorded: false });

  const lanes = new Map<number, LaneRecord>();
  const branches = new Map<string, BranchRecord>();
  const sink: RunSink = {
    steps: async (steps) => {
      recorder.steps(steps);
      if (!recorder.recording) live.keep(steps);
      const packed = encodeSteps(
        steps.map((step) => step.record),
        layoutsOf(info),
      );
      observer.push({ type: 'steps', run, packed });
      await observer.ready();
    },
    branch: (record) => {
      branches.set(`${record.lane}/${record.branch}`, record);
      recorder.branch(record);
      observer.push({ type: 'branch', run, record });
    },
    lane: (record) => {
      lanes.set(record.lane, record);
      recorder.lane(record);
      observer.push({ type: 'lane', run, record });
    },
  };
  const outcome = await options.settle(await execute(options, sink));
  const { trace, recordingError } = await recorder.finish(outcome);
  if (trace) await live.settle(await openBundle(trace.path));
  observer.push({ type: 'finished', run, outcome, trace: trace && { id: basename(trace.path), bytes: trace.bytes }, recordingError });
  return { info, lanes: [...lanes.values()], branches: [...branches.values()], outcome, trace, recordingError };
}

async function execute({ info, models, signal, prefix }: RecordRunOptions, sink: RunSink): Promise<RunOutcome> {
  const started = performance.now();
  try {
    return await executeRun({ models, request: info.request, sink, signal, ...(prefix && { prefix }) });
  } catch (error) {
    return { status: 'failed', milliseconds: performance.now() - started, prefillMilliseconds: 0, parity: [], error: toErrorReport(error) };
  }
}
