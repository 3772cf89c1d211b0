import type { DecoderSpec } from '../graph/decoder-spec';
import { buildLayerAttention } from '../graph/attention-graph';
import type { Weights } from '../graph/graph-builder';
import { IdleSession } from './idle-session';
import { emptyPlaces } from './onnx-passes';
import { createSession, floats, floatsOf, integers, type SessionSettings } from './onnx-session';
import { passMask } from './pass-mask';
import { RotaryFeeds } from './rotary-feeds';

/** Keys of one layer before the positions read, [Hkv, Hd, capacity]. */
interface PastKeys {
  readonly filled: number;
  readonly capacity: number;
  readonly data: Float32Array;
}

/** Where single layers look, computed from the streams that lead into them. A layer's session is made when it is first asked for. */
export class LayerAttention {
  private readonly sessions = new Map<number, IdleSession>();
  private readonly rotary: RotaryFeeds;

  constructor(
    private readonly spec: DecoderSpec,
    private readonly weights: Weights,
    private readonly settings: SessionSettings,
  ) {
    this.rotary = new RotaryFeeds(spec);
  }

  /**
   * @param residual [T, D], the stream before the layer
   * @param positions T positions, one after the other
   * @param past null where nothing stands before them
   * @returns [H, T, filled + T]
   */
  async read(layer: number, residual: Float32Array, positions: readonly number[], past: PastKeys | null): Promise<Float32Array> {
    const { heads, keyValueHeads, headWidth, width } = this.spec;
    const count = positions.length;
    const { filled, capacity, data } = past ?? {
      filled: 0,
      capacity: emptyPlaces,
      data: new Float32Array(keyValueHeads * headWidth * emptyPlaces),
    };
    const outputs = await this.session(layer).use(async (session) =>
      session.run({
        residual: floats(residual, count, width),
        headShape: integers([1, count, heads + 2 * keyValueHeads, headWidth]),
        positionIds: integers(positions, 1, count),
        mask: floats(passMask(1, count, [{ filled: [filled], capacity }]), 1, 1, 1, count, capacity + count),
        keys: floats(data, 1, keyValueHeads, 1, headWidth, capacity),
        ...this.rotary.reaching(positions),
      }),
    );
    return withoutGap(floatsOf(outputs, 'attention'), heads * count, filled, capacity, count);
  }

  async dispose(): Promise<void> {
    for (const session of this.sessions.values()) await session.dispose();
  }

  private session(layer: number): IdleSession {
    const known = this.sessions.get(layer);
    if (known) return known;
    const made = new IdleSession(async () =>
      createSession(buildLayerAttention(this.spec, this.weights.places, layer), this.weights, this.settings),
    );
    this.sessions.set(layer, made);
    return made;
  }
}

/** Rows of `places + count` columns without those of places that are not filled: [rows, filled + count]. */
function withoutGap(probabilities: Float32Array, rows: number, filled: number, places: number, count: number): Float32Array {
  const from = places + count;
  const to = filled + count;
  const kept = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) {
    kept.set(probabilities.subarray(row * from, row * from + filled), row * to);
    kept.set(probabilities.subarray(row * from + places, (row + 1) * from), row * to + filled);
  }
  return kept;
}
