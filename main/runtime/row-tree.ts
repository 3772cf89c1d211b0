import type { BranchRun } from './branch-run';
import type { Decoder, PromptCache, RowCache } from './decoder';
import type { PassReader, PassReading } from './pass-reader';
import { StepRoom } from './step-room';

/** A place reached by some sequence of inputs after the prompt. Branches whose inputs were the same so far stand at one node. */
export interface TreeNode {
  /** Null at the root, the end of the prompt. */
  readonly cache: RowCache | null;
  readonly reading: PassReading;
}

export interface Standing {
  readonly branch: BranchRun;
  readonly node: TreeNode;
}

/** Branches that leave one node by one input: one row of the batch. */
interface Row {
  readonly cache: RowCache;
  readonly input: number | Float32Array;
  readonly members: BranchRun[];
}

/**
 * The rows of one batch, as a tree of inputs: the same inputs give the same cache, so they are computed once, and the cache
 * is forked where branches part. Sixteen sampled chains begin as one row. A vector is the same input only when it is the same array,
 * which is how branches at one node come by it.
 */
export class RowTree {
  #live = new Set<RowCache>();
  /** Every branch takes its step from what is written here before the next pass. */
  readonly #room: StepRoom;

  constructor(
    private readonly decoder: Decoder,
    private readonly prompt: PromptCache,
    private readonly reader: PassReader,
    private readonly clock: () => number,
  ) {
    this.#room = new StepRoom(decoder);
  }

  /** One pass: every branch consumes its last step. Returns where each stands then, by lane and branch, and when the pass began and ended. */
  async advance(standing: readonly Standing[]): Promise<{ standing: Standing[]; from: number; to: number }> {
    const rows = this.#rows(standing);
    const live = new Set(rows.map(({ cache }) => cache));
    for (const cache of this.#live) if (!live.has(cache)) cache.dispose();
    this.#live = live;

    const from = this.clock();
    const inputs = rows.map(({ cache, input, members }) => ({
      cache,
      embedding: typeof input === 'number' ? this.decoder.embedding(input) : input,
      // Branches of several lanes in one row may draw differently: the first is served, others walk themselves.
      walk: this.reader.wanted(members[0]?.drawing ?? null),
    }));
    const outputs = await this.decoder.step(this.prompt, inputs, this.#room);
    const to = this.clock();
    const passes = outputs.map((output, i) => {
      const input = rows[i]?.input;
      return { output, tokenId: typeof input === 'number' ? input : null, walk: inputs[i]?.walk ?? this.reader.wanted(null) };
    });
    const readings = await this.reader.read(passes, to - from);
    const next = rows.flatMap(({ cache, members }, i) => {
      const reading = readings[i];
      if (!reading) throw new Error(`The decoder was given ${rows.length} rows and gave back ${outputs.length}`);
      const node = { cache, reading };
      return members.map((branch) => ({ branch, node }));
    });
    // In the order of lanes and branches again, so that steps are recorded in that order.
    next.sort((a, b) => a.branch.lane - b.branch.lane || a.branch.branch - b.branch.branch);
    return { standing: next, from, to };
  }

  dispose(): void {
    for (const cache of this.#live) cache.dispose();
    this.#live.clear();
  }

  #rows(standing: readonly Standing[]): Row[] {
    const rows: Row[] = [];
    const byNode = new Map<TreeNode, Map<number | Float32Array, Row>>();
    for (const { branch, node } of standing) {
      const leaving = byNode.get(node) ?? new Map<number | Float32Array, Row>();
      byNode.set(node, leaving);
      const known = leaving.get(branch.input);
      if (known) {
        known.members.push(branch);
        continue;
      }
      // The first to leave takes the cache over. Forks are made before the pass appends to it.
      const cache = node.cache === null ? this.decoder.newRow() : leaving.size === 0 ? node.cache : node.cache.fork();
      const row = { cache, input: branch.input, members: [branch] };
      leaving.set(branch.input, row);
      rows.push(row);
    }
    return rows;
  }
}
