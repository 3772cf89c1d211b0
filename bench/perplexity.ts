import { writeFile } from 'node:fs/promises';
import { loadModel } from '../main/runtime/load-model';
import { meanSurprisal } from '../main/runtime/testing/mean-surprisal';
import reference from '../main/models/fixtures/perplexity.json';
import type { LlamaModel } from './peers';

export interface PerplexityFigures {
  /** Of the text; both sides read the same ids, with nothing before them. */
  readonly tokens: number;
  readonly ours: number;
  readonly llama: number;
  /** Of transformers in 32-bit floats with the same weights, as the fixture says. */
  readonly transformers: number;
  /** ours ÷ llama */
  readonly ratio: number;
}

/** Mean surprisal of llama.cpp over the tokens after the first, in nats: ln Σ exp(logit - m) - (logit of the token - m). */
async function llamaSurprisal(model: LlamaModel, ids: readonly number[], threads: number): Promise<number> {
  const context = await model.createContext({ contextSize: ids.length + 64, threads, batchSize: 512 });
  const sequence = context.getSequence();
  try {
    const outputs = await sequence.controlledEvaluate(
      ids.slice(0, -1).map((id, place) => {
        const filter = { tokens: [ids[place + 1] ?? -1], includeTop: 1 } as const;
        return [id, { generateNext: { logits: { filter }, totalLogitWeight: true, options: { temperature: 1, topK: 0, topP: 1 } } }];
      }),
    );
    let sum = 0;
    for (let place = 0; place < ids.length - 1; place++) {
      const { logits, totalLogitWeight } = outputs[place]?.next ?? {};
      const logit = logits?.get(ids[place + 1] ?? -1);
      if (logits === undefined || logit === undefined || totalLogitWeight === undefined) throw new Error('llama.cpp gave no logits');
      sum += Math.log(totalLogitWeight) - (logit - Math.max(...logits.values()));
    }
    return sum / (ids.length - 1);
  } finally {
    sequence.dispose();
    await context.dispose();
  }
}

/**
 * How well the text of the fixture is foreseen: by ours as it runs, and by llama.cpp on the same file.
 * @param folder of the imported model
 * @param fixture where to write what llama.cpp gave, or null
 */
export async function measurePerplexity(
  folder: string,
  llama: { readonly model: LlamaModel; readonly version: string },
  threads: number,
  fixture: string | null,
): Promise<PerplexityFigures> {
  const { ids } = reference;
  const { decoder } = await loadModel(folder, { device: 'cpu', threads });
  const ours = await meanSurprisal(decoder, ids);
  await decoder.dispose();
  const theirs = await llamaSurprisal(llama.model, ids, threads);
  if (fixture !== null) {
    const made = { peer: llama.version, tokens: ids.length, meanSurprisal: theirs };
    await writeFile(fixture, `${JSON.stringify(made, null, 2)}\n`);
  }
  return {
    tokens: ids.length,
    ours: Math.exp(ours),
    llama: Math.exp(theirs),
    transformers: Math.exp(reference.meanSurprisal),
    ratio: Math.exp(ours - theirs),
  };
}
