import { decodedSteps, type LlamaQuestion } from './llama-speed';
import { startTransformers } from './peers';

export interface TransformersStart {
  /** Of one model, laid out as transformers.js wants it: `config.json`, `tokenizer.json`, `onnx/model_q4.onnx`. */
  readonly folder: string;
  readonly threads: number;
}

/**
 * Entry of the process of transformers.js: answers how fast it decodes until its channel is closed. A program of its own, because its ONNX
 * Runtime cannot be loaded beside ours.
 */
async function answerWithTransformers({ folder, threads }: TransformersStart): Promise<void> {
  const { model, tensor, version } = await startTransformers(folder, threads, (text) => void process.stderr.write(`${text}\n`));
  const decodeSpeed = async (context: number): Promise<number> => {
    const ids = BigInt64Array.from({ length: context }, (_, i) => BigInt(1000 + ((i * 7919) % 40_000)));
    const times: number[] = [];
    let before = 0;
    await model.generate({
      input_ids: tensor('int64', ids, [1, context]),
      attention_mask: tensor('int64', new BigInt64Array(context).fill(1n), [1, context]),
      max_new_tokens: decodedSteps + 2,
      min_new_tokens: decodedSteps + 2,
      do_sample: false,
      streamer: {
        put: () => {
          const now = performance.now();
          if (before > 0) times.push(now - before);
          before = now;
        },
        end: () => undefined,
      },
    });
    // The first two are the prompt's pass and a step that makes the runtime plan its memory.
    const counted = times.slice(2);
    return (1000 * counted.length) / counted.reduce((sum, time) => sum + time, 0);
  };
  process.on('message', (question: LlamaQuestion) => {
    const speed = question.kind === 'decode' ? decodeSpeed(question.context) : Promise.reject(new Error('Only decoding is measured.'));
    speed.then((value) => process.send?.(value)).catch((error: unknown) => process.send?.(String(error)));
  });
  process.send?.({ version });
}

await answerWithTransformers(JSON.parse(process.argv.at(-1) ?? '') as TransformersStart);
