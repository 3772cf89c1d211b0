import type { LlamaProcess } from './llama-process';
import { spread, type Spread } from './spread';
import { type TextModel, textOf } from './text-model';

export interface PrefillFigures {
  /** Of the prompt; both sides read the same ids. */
  readonly tokens: number;
  /** Tokens a second until the last position's outputs are there: logits, hidden state and every residual stream. */
  readonly ours: Spread;
  /** Tokens a second of llama.cpp on the same file and number of threads. */
  readonly llama: Spread;
  /** Pair by pair. */
  readonly ratio: Spread;
}

/** Reading a prompt of a thousand tokens, ours and llama.cpp's in turn; the first pair is not counted. */
export async function measurePrefill(
  ours: TextModel,
  llama: LlamaProcess,
  pairs: number,
  progress: (text: string) => void,
): Promise<PrefillFigures> {
  const prompt = textOf(1000);
  const mine: number[] = [];
  const theirs: number[] = [];
  let tokens = 0;
  for (let pair = 0; pair <= pairs; pair++) {
    const { info, outcome } = await ours.run(prompt, [{ kind: 'cot', ignoreEnd: true, maximumSteps: 1 }]);
    const ids = info.check.tokens.map(({ id }) => id);
    tokens = ids.length;
    const [our, their] = [(1000 * tokens) / outcome.prefillMilliseconds, await llama.speed({ kind: 'prefill', tokens: ids })];
    if (pair === 0) continue;
    mine.push(our);
    theirs.push(their);
    progress(`prefill of ${tokens}: pair ${pair} of ${pairs}: ${our.toFixed(0)} and ${their.toFixed(0)} tokens/s`);
  }
  return { tokens, ours: spread(mine), llama: spread(theirs), ratio: spread(mine.map((value, i) => value / (theirs[i] ?? NaN))) };
}
