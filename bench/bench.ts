import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { defaultModelsFolder } from '../main/cli/user-folders';
import { runtimeName } from '../main/runtime/runtime-name';
import { measureBranches } from './branches';
import { measureDecode } from './decode';
import { measureLanes } from './lanes';
import { startLlama } from './peers';
import { TextModel } from './text-model';
import { measureWindow } from './window';

/** This file is built to `out/main/bench.js`: the project is two folders up. */
const root = join(import.meta.dirname, '..', '..');
const resources = join(root, 'resources');

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

function print(figures: object, json: boolean): void {
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const document = { machine, ...figures };
  process.stdout.write(
    json
      ? `${JSON.stringify(document, null, 2)}\n`
      : `${Object.entries(flatten(document))
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n')}\n`,
  );
}

/** `{ a: { b: 1 } }` as `{ 'a.b': '1' }`, for people. */
function flatten(value: object, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(flatten(inner, `${prefix}${name}.`))
        : [[`${prefix}${name}`, typeof inner === 'number' ? String(Math.round(inner * 100) / 100) : String(inner)]],
    ),
  );
}

const program = new Command('bench').description('Measures Interlinear on this machine; ratios are within one run.');

program
  .command('lanes')
  .description('six mixed lanes against one; frames, input, cold start and memory of the window')
  .option('--json', 'print one JSON document')
  .option('--pairs <count>', 'runs of each side', (text) => Number.parseInt(text, 10), 41)
  .option('--no-window', 'leave the window out')
  .action(async (options: { json?: boolean; pairs: number; window: boolean }) => {
    const lanes = await measureLanes(resources, options.pairs, progress);
    const window = options.window ? await measureWindow(root, progress) : null;
    print({ lanes, window }, options.json === true);
  });

const wholeNumber = (text: string): number => Number.parseInt(text, 10);
const threads = availableParallelism();

program
  .command('decode')
  .description('decoding with every residual stream recorded, against llama.cpp on the same GGUF file')
  .requiredOption('--gguf <file>', 'the file the model was added from')
  .option('--model <id>', 'the model as it was added', 'smollm2-135m-instruct')
  .option('--pairs <count>', 'runs of each side', wholeNumber, 5)
  .option('--json', 'print one JSON document')
  .action(async (options: { gguf: string; model: string; pairs: number; json?: boolean }) => {
    const { llama, version } = await startLlama(threads, progress);
    const model = await TextModel.open(resources, defaultModelsFolder(), options.model);
    try {
      const peer = await llama.loadModel({ modelPath: options.gguf });
      const decode = await measureDecode(model, peer, threads, [200, 900, 1800], options.pairs, progress);
      print({ threads, versions: { ours: runtimeName, peer: `node-llama-cpp ${version}` }, decode }, options.json === true);
    } finally {
      await model.dispose();
      await llama.dispose();
    }
  });

program
  .command('branches')
  .description('eight branches that share a prompt of 500 tokens, against one')
  .option('--model <id>', 'a model of text', 'smollm2-135m-instruct')
  .option('--pairs <count>', 'runs of each side', wholeNumber, 5)
  .option('--json', 'print one JSON document')
  .action(async (options: { model: string; pairs: number; json?: boolean }) => {
    const model = await TextModel.open(resources, defaultModelsFolder(), options.model);
    try {
      const branches = await measureBranches(model, options.pairs, progress);
      print({ threads, versions: { ours: runtimeName }, branches }, options.json === true);
    } finally {
      await model.dispose();
    }
  });

await program.parseAsync();
