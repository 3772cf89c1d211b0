import type { Kernels } from './kernels';
import { Scratch } from './scratch';

/** Bytes of what is asked of one row: see assembly/walks.ts. */
const rowBytes = 32;

/** A walk over one row of logits. */
interface RowWalk {
  readonly kept: number;
  /** 0 where nothing is drawn. */
  readonly temperature: number;
  readonly excluded: readonly number[];
  /** Bytes of a part's results, and of the room for one. */
  readonly results: number;
  readonly room: number;
}

/** Walks over rows of logits in the kernels' memory, on all threads. */
export class WalkPlan {
  readonly #scratch: Scratch;
  readonly #args: number;

  constructor(
    private readonly kernels: Kernels,
    private readonly threads: number,
  ) {
    this.#scratch = new Scratch(kernels.memory);
    this.#args = kernels.prepare('walkRows', { logits: 0, vocabulary: 0, size: 0, parts: 0, rows: 0, room: 0, roomOfThread: 0 });
  }

  /**
   * @param logits address of [rows, vocabulary]
   * @param size logits of a part
   * @returns where the results of each row's parts lie, one after the other, until the next walks
   */
  run(logits: number, vocabulary: number, size: number, walks: readonly RowWalk[]): readonly number[] {
    const { memory } = this.kernels;
    const sum = (each: (walk: RowWalk) => number): number => walks.reduce((total, walk) => total + each(walk), 0);
    const roomOfThread = Math.max(...walks.map(({ room }) => room));
    const parts = Math.ceil(vocabulary / size);
    const rows = this.#scratch.bytes('rows', rowBytes * walks.length);
    const room = this.#scratch.bytes('room', roomOfThread * this.threads);
    let excluded = this.#scratch.bytes('excluded', 4 * sum((walk) => walk.excluded.length));
    let to = this.#scratch.bytes('results', parts * sum((walk) => walk.results));
    const places: number[] = [];
    for (const [row, walk] of walks.entries()) {
      const at = rows + rowBytes * row;
      new Float64Array(memory.buffer, at, 1)[0] = walk.temperature;
      memory.integers(at + 8, 5).set([walk.kept, excluded, walk.excluded.length, to, walk.results]);
      memory.integers(excluded, walk.excluded.length).set(walk.excluded);
      places.push(to);
      excluded += 4 * walk.excluded.length;
      to += parts * walk.results;
    }
    this.kernels.change('walkRows', this.#args, { logits, vocabulary, size, parts, rows, room, roomOfThread });
    this.kernels.run('walkRows', this.#args, parts * walks.length);
    return places;
  }
}
