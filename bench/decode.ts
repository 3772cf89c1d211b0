import { spread, type Spread } from './spread';
import type { LlamaModel } from './peers';
import { type TextModel, textOf } from './text-model';

const steps = 48;

export interface DecodeFigures {
  readonly context: number;
  /** Tokens a second, every residual stream captured and recorded. */
  readonly ours: Spread;
  /** Tokens a second of llama.cpp on the same file and number of threads, nothing captured. */
  readonly llama: Spread;
  /** Pair by pair. */
  readonly ratio: Spread;
}

async function llamaSpeed(model: LlamaModel, context: number, threads: number): Promise<number> {
  const session = await model.createContext({ contextSize: context + steps + 64, threads, batchSize: 512 });
  const sequence = session.getSequence();
  try {
    await sequence.evaluateWithoutGeneratingNewTokens(Array.from({ length: context }, (_, i) => 1000 + ((i * 7919) % 40_000)));
    const times: number[] = [];
    let before = performance.now();
    for await (const token of sequence.evaluate([1000], { temperature: 1, yieldEogToken: true })) {
      const now = performance.now();
      if (token >= 0) times.push(now - before);
      before = now;
      if (times.length > steps) break;
    }
    // The first includes starting up.
    const counted = times.slice(1);
    return (1000 * counted.length) / counted.reduce((sum, time) => sum + time, 0);
  } finally {
    sequence.dispose();
    await session.dispose();
  }
}

/** Decoding, batch 1, ours and llama.cpp's in turn. */
export async function measureDecode(
  ours: TextModel,
  llama: LlamaModel,
  threads: number,
  contexts: readonly number[],
  pairs: number,
  progress: (text: string) => void,
): Promise<DecodeFigures[]> {
  const figures: DecodeFigures[] = [];
  for (const context of contexts) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const { lanes } = await ours.run(textOf(context), [{ kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: steps }]);
      mine.push(lanes[0]?.tokensPerSecond ?? NaN);
      theirs.push(await llamaSpeed(llama, context, threads));
      progress(`decode at ${context}: pair ${pair + 1} of ${pairs}: ${mine.at(-1)?.toFixed(1)} and ${theirs.at(-1)?.toFixed(1)} tokens/s`);
    }
    figures.push({ context, ours: spread(mine), llama: spread(theirs), ratio: spread(mine.map((value, i) => value / (theirs[i] ?? NaN))) });
  }
  return figures;
}
