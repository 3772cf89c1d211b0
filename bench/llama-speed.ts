import { type LlamaModel, startLlama } from './peers';

/** Steps measured when decoding. */
export const decodedSteps = 48;

/** What is asked of llama.cpp; the answer is tokens a second. */
export type LlamaQuestion =
  | { readonly kind: 'decode'; readonly context: number }
  | { readonly kind: 'prefill'; readonly tokens: readonly number[] };

export interface LlamaStart {
  readonly gguf: string;
  readonly threads: number;
}

/** What the process started by `LlamaProcess` does: answers questions over its channel until that is closed. */
export async function answerWithLlama({ gguf, threads }: LlamaStart): Promise<void> {
  const { llama, version } = await startLlama(threads, (text) => void process.stderr.write(`${text}\n`));
  const model = await llama.loadModel({ modelPath: gguf });
  process.on('message', (question: LlamaQuestion) => {
    const speed =
      question.kind === 'decode' ? decodeSpeed(model, question.context, threads) : prefillSpeed(model, question.tokens, threads);
    speed.then((value) => process.send?.(value)).catch((error: unknown) => process.send?.(String(error)));
  });
  process.send?.({ version });
}

async function decodeSpeed(model: LlamaModel, context: number, threads: number): Promise<number> {
  const session = await model.createContext({ contextSize: context + decodedSteps + 64, threads, batchSize: 512 });
  const sequence = session.getSequence();
  try {
    await sequence.evaluateWithoutGeneratingNewTokens(Array.from({ length: context }, (_, i) => 1000 + ((i * 7919) % 40_000)));
    const times: number[] = [];
    let before = performance.now();
    for await (const token of sequence.evaluate([1000], { temperature: 1, yieldEogToken: true })) {
      const now = performance.now();
      if (token >= 0) times.push(now - before);
      before = now;
      if (times.length > decodedSteps) break;
    }
    // The first includes starting up.
    const counted = times.slice(1);
    return (1000 * counted.length) / counted.reduce((sum, time) => sum + time, 0);
  } finally {
    sequence.dispose();
    await session.dispose();
  }
}

async function prefillSpeed(model: LlamaModel, tokens: readonly number[], threads: number): Promise<number> {
  // 512 positions a batch is what llama.cpp chooses by itself.
  const context = await model.createContext({ contextSize: tokens.length + 64, threads, batchSize: 512 });
  const sequence = context.getSequence();
  try {
    const before = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(tokens);
    return (1000 * tokens.length) / (performance.now() - before);
  } finally {
    sequence.dispose();
    await context.dispose();
  }
}
