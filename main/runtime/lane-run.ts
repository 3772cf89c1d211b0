import { type ErrorReport, toErrorReport } from '../contract/errors';
import type { LaneRecord } from '../contract/run';
import { judge } from '../lanes/answer';
import type { Decision, Lane } from '../lanes/lane';
import { type CostSizes, laneCost } from '../measures/cost';
import { voteShares } from '../measures/majority';
import { BranchRun, type RunContext } from './branch-run';
import { randomStream } from './random';
import type { RunSink } from './run-sink';

/** Live records of a lane come at most this often; every other reader of progress is slower. */
const millisecondsBetweenRecords = 50;

/** One lane while it runs: its branches, its clock, and the records it publishes. */
export class LaneRun {
  readonly branches: readonly BranchRun[];
  state: LaneRecord['state'] = 'waiting';
  #decision: Decision = { branch: null, picks: [] };
  #error: ErrorReport | null = null;
  #firstForward = NaN;
  #lastForward = NaN;
  #published = -Infinity;
  readonly #begun = new Set<BranchRun>();

  constructor(
    readonly lane: number,
    private readonly rule: Lane,
    seed: number,
    private readonly context: RunContext,
    private readonly promptLength: number,
    private readonly sink: RunSink,
  ) {
    this.branches = Array.from(
      { length: rule.branches },
      (_, branch) => new BranchRun(lane, branch, rule, randomStream(seed, lane, branch), context),
    );
    this.sink.lane(this.record());
  }

  get ended(): boolean {
    return this.state !== 'waiting' && this.state !== 'running';
  }

  get error(): ErrorReport | null {
    return this.#error;
  }

  /** A forward pass in which a row of this lane took part. */
  timeForward(from: number, to: number): void {
    if (Number.isNaN(this.#firstForward)) this.#firstForward = from;
    this.#lastForward = to;
  }

  /** A branch is about to take its first step. */
  begin(branch: BranchRun): void {
    if (this.state === 'waiting') this.state = 'running';
    this.#begun.add(branch);
    this.sink.branch(branch.record());
  }

  /** Steps have been recorded; `ended` are the branches whose last was among them. */
  progress(ended: readonly BranchRun[], now: number): void {
    for (const branch of ended) this.sink.branch(branch.record());
    if (this.branches.every(({ state }) => state !== 'running')) this.#end('done');
    else if (now - this.#published >= millisecondsBetweenRecords) {
      this.#published = now;
      this.sink.lane(this.record());
    }
  }

  cancel(): void {
    if (!this.ended) this.#end('cancelled');
  }

  fail(thrown: unknown): void {
    if (this.ended) return;
    this.#error = toErrorReport(thrown);
    this.#end('failed');
  }

  record(): LaneRecord {
    const { summary, decoder } = this.context.model;
    const sizes: CostSizes = {
      layers: summary.layers,
      attentionWidth: decoder.attentionWidth,
      matrixParameters: decoder.matrixParameters,
      cacheBytesPerPosition: decoder.cacheBytesPerPosition,
    };
    const steps = this.branches.reduce((sum, branch) => sum + branch.steps, 0);
    const milliseconds = Number.isNaN(this.#firstForward) ? 0 : this.#lastForward - this.#firstForward;
    const answer = this.#answerOf(this.#decision.branch);
    const { picks } = this.#decision;
    return {
      lane: this.lane,
      state: this.state,
      answer,
      verdict: judge(answer, this.context.expected),
      branch: this.#decision.branch,
      steps,
      milliseconds,
      tokensPerSecond: milliseconds > 0 ? (steps * 1000) / milliseconds : 0,
      cost: laneCost(
        sizes,
        this.promptLength,
        this.branches.map(({ positions }) => positions),
      ),
      picks: picks.map(({ pick, branch }) => {
        const picked = this.#answerOf(branch);
        // A pick without an answer still needs a branch to show: the first.
        return { pick, branch: branch ?? 0, answer: picked, verdict: judge(picked, this.context.expected) };
      }),
      passAtN: picks.length > 0 ? this.#passAtN() : null,
      error: this.#error,
    };
  }

  #end(state: 'done' | 'cancelled' | 'failed'): void {
    this.state = state;
    const unfinished = this.branches.filter((branch) => branch.state === 'running');
    for (const branch of unfinished) branch.cancel();
    try {
      this.#decision = this.rule.decide(this.branches.map((branch) => branch.result()));
    } catch (thrown) {
      this.state = 'failed';
      this.#error ??= toErrorReport(thrown);
    }
    const votes = this.#decision.picks.length > 0 ? voteShares(this.branches.map((branch) => branch.result().answer)) : null;
    this.branches.forEach((branch, i) => {
      branch.votes = votes?.[i] ?? null;
      if (this.#begun.has(branch) && (votes || unfinished.includes(branch))) this.sink.branch(branch.record());
    });
    this.sink.lane(this.record());
  }

  #answerOf(branch: number | null): string | null {
    return branch === null ? null : (this.branches[branch]?.result().answer ?? null);
  }

  /** Null as well while a branch that did not get to its end could still have been right. */
  #passAtN(): number | null {
    const { expected } = this.context;
    if (expected === null) return null;
    if (this.branches.some((branch) => branch.result().answer === expected)) return 1;
    return this.state === 'done' ? 0 : null;
  }
}
