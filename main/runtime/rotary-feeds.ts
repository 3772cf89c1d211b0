import type { Tensor } from 'onnxruntime-node';
import type { DecoderSpec } from '../graph/decoder-spec';
import { floats } from './onnx-session';
import { type RotaryTable, rotaryTable } from './rotary-table';

const smallestRotaryTable = 256;

/** The rotary tables of a model as its graphs are fed them; they grow with the positions asked for. */
export class RotaryFeeds {
  private table: RotaryTable | null;

  constructor(private readonly spec: DecoderSpec) {
    this.table = spec.positions.kind === 'rotary' ? rotaryTable(spec.positions, spec.headWidth, smallestRotaryTable) : null;
  }

  /** Tables that reach the last of some positions; nothing where the model turns nothing. */
  reaching(positions: readonly number[]): Readonly<Record<string, Tensor>> {
    const { positions: spec, headWidth } = this.spec;
    if (spec.kind !== 'rotary' || !this.table) return {};
    const last = positions.reduce((largest, position) => Math.max(largest, position), 0);
    if (last >= this.table.positions) this.table = rotaryTable(spec, headWidth, 2 ** Math.ceil(Math.log2(last + 1)));
    const { positions: rows, cosines, sines } = this.table;
    return { cosines: floats(cosines, rows, headWidth / 2), sines: floats(sines, rows, headWidth / 2) };
  }
}
