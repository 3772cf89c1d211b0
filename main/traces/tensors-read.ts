import { InterlinearError } from '../contract/errors';
import type { RunInfo } from '../contract/run';
import { parseHeaderLength, parseSafetensorsHeader, type SafetensorsHeader, type TensorEntry } from '../models/safetensors-header';
import { badTrace, badTraceHint } from './bad-trace';
import type { ByteSource } from './byte-source';
import type { TapName } from './journal-format';
import { tensorNames } from './tensor-names';
import { type Series, type StoredTap, tapBytes, tapPart, tapShape } from './trace-content';

interface Rows {
  readonly values: TensorEntry;
  /** Row of each step that has such a tensor. */
  readonly rowOf: ReadonlyMap<number, number>;
}

const fault = { code: 'bad-trace', hint: badTraceHint } as const;
const lengthBytes = 8;

/** The tensors of a finished trace, read one at a time. */
export class TensorTable {
  readonly #source: ByteSource;
  readonly #info: RunInfo;
  readonly #header: SafetensorsHeader;
  readonly #rows = new Map<string, Rows | null>();

  /** @throws InterlinearError `bad-trace` */
  constructor(source: ByteSource, info: RunInfo) {
    this.#source = source;
    this.#info = info;
    try {
      const start = source.read(0, Math.min(lengthBytes, source.size));
      const length = parseHeaderLength(start, source.size, fault);
      this.#header = parseSafetensorsHeader(source.read(0, lengthBytes + length), source.size, fault);
    } catch (thrown) {
      if (thrown instanceof InterlinearError && !thrown.message.startsWith(source.name))
        throw badTrace(source.name, thrown.message, thrown);
      throw thrown;
    }
  }

  /** Whether the branch has a tensor of that step. @throws InterlinearError `bad-trace` when the branch's tensors contradict the run */
  has(series: Series, step: number, tap: TapName): boolean {
    return this.#rowsOf(series, tap)?.rowOf.has(step) ?? false;
  }

  read(series: Series, step: number, tap: TapName, stream?: number): StoredTap | null {
    const rows = this.#rowsOf(series, tap);
    const row = rows?.rowOf.get(step);
    if (!rows || row === undefined) return null;
    const { shape, offset, bytes } = tapPart(this.#info, series.lane, tap, stream);
    const start = rows.values.offset + row * tapBytes(this.#info, series.lane, tap);
    return { shape, bytes: this.#source.read(start + offset, bytes) };
  }

  #rowsOf(series: Series, tap: TapName): Rows | null {
    const names = tensorNames(series.lane, series.branch, tap);
    const known = this.#rows.get(names.values);
    if (known !== undefined) return known;
    const rows = this.#readRows(names, series.lane, tap);
    this.#rows.set(names.values, rows);
    return rows;
  }

  #readRows(names: ReturnType<typeof tensorNames>, lane: number, tap: TapName): Rows | null {
    const values = this.#header.tensors.get(names.values);
    if (!values) return null;
    const steps = this.#header.tensors.get(names.steps);
    const shape = [steps?.shape[0] ?? -1, ...tapShape(this.#info, lane, tap)];
    const fits = values.dtype === (tap === 'residual' ? 'F16' : 'F32') && values.shape.join() === shape.join();
    if (!steps || steps.dtype !== 'I32' || steps.shape.length !== 1 || !fits) {
      throw badTrace(this.#source.name, `tensor '${names.values}' does not have the type and shape its run asks for`);
    }
    const indices = new Int32Array(this.#source.read(steps.offset, steps.byteLength).buffer);
    return { values, rowOf: new Map(Array.from(indices, (step, row) => [step, row])) };
  }
}
