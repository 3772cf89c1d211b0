import { branchIndex, laneIndex, stepIndex } from '../contract/ids';
import type { BranchRecord, BranchScores } from '../contract/run';
import { judge } from '../lanes/answer';
import { type BranchResult, type Lane, type Move, thoughtInHistory } from '../lanes/lane';
import type { NearestTokens } from '../measures/nearest-tokens';
import { RunningMean } from '../measures/running-mean';
import { selfCertainty } from '../measures/self-certainty';
import type { Drawing } from '../measures/walk-parts';
import type { Decoder, LoadedModel } from './decoder';
import type { PassReading } from './pass-reader';
import type { TappedStep } from './run-sink';
import { stepRecord } from './step-record';

/** Positions after the prompt that are read again at the end, at the most: attention without a cache grows with their square. */
const checkedPositions = 512;

/** What all branches of a run share. */
export interface RunContext {
  readonly model: LoadedModel;
  readonly nearest: NearestTokens;
  /** The right answer, or null where the task defines none. */
  readonly expected: string | null;
  /** Moves every branch makes before its lane's rule is asked. */
  readonly prefix: readonly Move[];
  /** Steps after which the model has no position left to read another at. */
  readonly maximumSteps: number;
}

/** One branch while it runs: takes steps by its lane's rule and keeps what is needed to score, record and check them. */
export class BranchRun {
  /** Hidden state of the pass before each of the first `checkedPositions` steps. */
  readonly hidden: Float32Array[] = [];
  #lastHidden: Float32Array | null = null;
  /** Of the pass before the last step, once it has been taken; null of a branch that was stopped. */
  lastLogits: Float32Array | null = null;
  state: BranchRecord['state'] = 'running';
  /** Share of the lane's branches with the same answer, where the lane votes. */
  votes: number | null = null;
  readonly #history: number[] = [];
  readonly #inputs: (number | Float32Array)[] = [];
  readonly #logProbability = new RunningMean();
  readonly #selfCertainty = new RunningMean();

  constructor(
    readonly lane: number,
    readonly branch: number,
    private readonly rule: Lane,
    private readonly uniform: () => number,
    private readonly context: RunContext,
  ) {}

  get steps(): number {
    return this.#history.length;
  }

  /** Positions computed after the prompt: the last step of a branch that has ended is never read. */
  get positions(): number {
    return Math.max(0, this.state === 'running' ? this.steps : this.steps - 1);
  }

  /** The last step's input: a token id, or the vector fed back. */
  get input(): number | Float32Array {
    const input = this.#inputs.at(-1);
    if (input === undefined) throw new Error('A branch without a step has no input');
    return input;
  }

  /** What its next token is drawn with, as far as that is known before its rule is asked. */
  get drawing(): Drawing | null {
    return this.rule.drawing ?? null;
  }

  /** The inputs of the first `count` positions after the prompt, as vectors of length D. */
  consumed(decoder: Decoder, count: number): Float32Array[] {
    return this.#inputs.slice(0, count).map((input) => (typeof input === 'number' ? decoder.embedding(input) : input));
  }

  /** Takes the next step from the pass that stands before it. @throws whatever the lane's rule or the readings throw; nothing is taken then. */
  take(reading: PassReading): TappedStep {
    const { output } = reading;
    const { model, nearest, prefix } = this.context;
    const index = this.#history.length;
    // One number a step, used or not: what a step draws does not depend on how the steps before it were chosen.
    const uniform = this.uniform();
    const { logits, hidden } = output;
    const view = { logits, hidden, history: this.#history, uniform, walk: () => reading.walk() };
    const move = prefix[index] ?? this.rule.next(view);
    const place = {
      lane: laneIndex(this.lane),
      branch: branchIndex(this.branch),
      index: stepIndex(index),
      previousHidden: this.#lastHidden,
    };
    const record = stepRecord(place, move, reading, nearest);

    if (move.kind === 'token' && !move.forced) {
      this.#logProbability.add(record.logProbability);
      this.#selfCertainty.add(selfCertainty(reading.last().distribution));
    }
    if (this.hidden.length < checkedPositions) this.hidden.push(output.hidden);
    this.#lastHidden = output.hidden;
    this.#history.push(move.kind === 'token' ? move.tokenId : thoughtInHistory);
    this.#inputs.push(move.kind === 'token' ? move.tokenId : move.vector);
    if (model.markers.ends.includes(record.tokenId)) this.state = 'done';
    else if (this.steps >= Math.min(this.rule.maximumSteps, this.context.maximumSteps)) this.state = 'cut';
    if (this.state !== 'running') this.lastLogits = output.logits.slice();
    return { record, residual: output.residual, thought: move.kind === 'thought' ? move.vector : null };
  }

  /** Ends the branch where it is. */
  cancel(): void {
    if (this.state === 'running') this.state = 'cancelled';
  }

  result(): BranchResult {
    return {
      answer: this.context.model.answer(this.#history),
      meanLogProbability: this.#logProbability.value,
      selfCertainty: this.#selfCertainty.value,
    };
  }

  record(): BranchRecord {
    const { answer, ...means } = this.result();
    const scores: BranchScores = { ...means, votes: this.votes };
    return {
      lane: this.lane,
      branch: this.branch,
      parent: null,
      forkStep: 0,
      steps: this.steps,
      state: this.state,
      text: this.context.model.write(this.#history),
      answer,
      verdict: judge(answer, this.context.expected),
      scores,
    };
  }
}
