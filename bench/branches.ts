import { spread, type Spread } from './spread';
import { type TextModel, textOf } from './text-model';

export interface BranchesFigures {
  /** Tokens a second of one sampled chain after a prompt of 500 tokens. */
  readonly one: Spread;
  /** Tokens a second in all of best-of-8 on the same prompt. */
  readonly eight: Spread;
  readonly ratio: Spread;
}

/** Eight branches that share a prompt against one. */
export async function measureBranches(model: TextModel, pairs: number, progress: (text: string) => void): Promise<BranchesFigures> {
  const prompt = textOf(500);
  const one: number[] = [];
  const eight: number[] = [];
  for (let pair = 0; pair < pairs; pair++) {
    const single = await model.run(prompt, [{ kind: 'cot', temperature: 1.5, ignoreEnd: true, maximumSteps: 40 }]);
    const many = await model.run(prompt, [{ kind: 'cot', temperature: 1.5, samples: 8, ignoreEnd: true, maximumSteps: 40 }]);
    one.push(single.lanes[0]?.tokensPerSecond ?? NaN);
    eight.push(many.lanes[0]?.tokensPerSecond ?? NaN);
    progress(`branches: pair ${pair + 1} of ${pairs}: ${one.at(-1)?.toFixed(1)} and ${eight.at(-1)?.toFixed(1)} tokens/s`);
  }
  return { one: spread(one), eight: spread(eight), ratio: spread(eight.map((value, i) => value / (one[i] ?? NaN))) };
}
