import { LogitParts, type LogitReading } from './logit-parts';
import type { OperationSettings } from './operations';
import { ReadoutPlan } from './readout-plan';

/** The jobs from so many rows of the residual stream to what a lens says of them. */
export class LensPlan {
  readonly #settings: OperationSettings;
  readonly #readout: ReadoutPlan;
  readonly #parts: LogitParts;
  readonly #moves: number;

  /** @param kept candidates, at most V */
  constructor(settings: OperationSettings, rows: number, kept: number) {
    this.#settings = settings;
    this.#readout = new ReadoutPlan(settings, rows, true);
    this.#parts = new LogitParts(settings, { logits: this.#readout.logits, rows, vocabulary: settings.spec.vocabulary }, kept);
    this.#moves = settings.scratch.moves;
  }

  /** Whether all is still where it was. */
  isCurrent(): boolean {
    return this.#moves === this.#settings.scratch.moves;
  }

  free(): void {
    this.#readout.free();
    this.#parts.free();
  }

  /** @param residuals [rows, D] @param targets tokens whose probability and place are wanted */
  run(residuals: Float32Array, targets: readonly number[]): LogitReading[] {
    this.#settings.kernels.memory.floats(this.#readout.stream, residuals.length).set(residuals);
    this.#readout.run();
    return this.#parts.run(targets);
  }
}
