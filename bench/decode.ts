import { spread, type Spread } from './spread';
import type { LlamaProcess } from './llama-process';
import { decodedSteps } from './llama-speed';
import { type TextModel, textOf } from './text-model';

export interface DecodeFigures {
  readonly context: number;
  /** Tokens a second, every residual stream captured and recorded. */
  readonly ours: Spread;
  /** Tokens a second of the other runtime on the same number of threads, nothing captured. */
  readonly theirs: Spread;
  /** Pair by pair. */
  readonly ratio: Spread;
}

/** Decoding, batch 1, ours and the other runtime’s in turn. */
export async function measureDecode(
  ours: TextModel,
  llama: LlamaProcess,
  contexts: readonly number[],
  pairs: number,
  progress: (text: string) => void,
): Promise<DecodeFigures[]> {
  const figures: DecodeFigures[] = [];
  for (const context of contexts) {
    const mine: number[] = [];
    const theirs: number[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const { lanes } = await ours.run(textOf(context), [{ kind: 'cot', temperature: 1, ignoreEnd: true, maximumSteps: decodedSteps }]);
      mine.push(lanes[0]?.tokensPerSecond ?? NaN);
      theirs.push(await llama.speed({ kind: 'decode', context }));
      progress(`decode at ${context}: pair ${pair + 1} of ${pairs}: ${mine.at(-1)?.toFixed(1)} and ${theirs.at(-1)?.toFixed(1)} tokens/s`);
    }
    figures.push({
      context,
      ours: spread(mine),
      theirs: spread(theirs),
      ratio: spread(mine.map((value, i) => value / (theirs[i] ?? NaN))),
    });
  }
  return figures;
}
