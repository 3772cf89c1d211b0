import { availableParallelism, constants, cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { defaultModelsFolder } from '../main/cli/user-folders';
import { nodeProcesses } from '../main/host/node-processes';
import { kernelsName } from '../main/kernels/kernels';
import { runtimeName } from '../main/runtime/onnx-runtime';
import { measureBranches } from './branches';
import { measureDecode } from './decode';
import { measureImport } from './import';
import { measureLanes } from './lanes';
import { measureLens } from './lens';
import { measureLongRun } from './long-run';
import { measureMemory } from './memory';
import { LlamaProcess } from './llama-process';
import { answerWithLlama, type LlamaStart } from './llama-speed';
import { againAsEngine, runsAsEngine } from './own-process';
import { startLlama } from './peers';
import { measurePerplexity } from './perplexity';
import { measurePrefill } from './prefill';
import { TextModel } from './text-model';
import { measureWindow, toldToEnd } from './window';

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
    ...(runsAsEngine && { electron: process.versions['electron'] }),
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

/** Measures beside llama.cpp on the same file, and prints what came out under `name`. */
async function againstLlama(
  name: string,
  options: { readonly gguf: string; readonly model: string; readonly json?: boolean },
  measure: (model: TextModel, peer: LlamaProcess) => Promise<object>,
): Promise<void> {
  const peer = await LlamaProcess.start({ gguf: options.gguf, threads });
  const model = await TextModel.open(resources, defaultModelsFolder(), options.model);
  try {
    const figures = await measure(model, peer);
    print(
      { threads, versions: { ours: model.computedBy, peer: `node-llama-cpp ${peer.version}` }, [name]: figures },
      options.json === true,
    );
  } finally {
    await model.dispose();
    peer.dispose();
  }
}

/** Measures our own engine, and prints what came out under `name`. */
async function alone(
  name: string,
  options: { readonly model: string; readonly json?: boolean },
  measure: (model: TextModel) => Promise<object>,
): Promise<void> {
  const model = await TextModel.open(resources, defaultModelsFolder(), options.model);
  try {
    const figures = await measure(model);
    print({ threads, versions: { ours: model.computedBy }, [name]: figures }, options.json === true);
  } finally {
    await model.dispose();
  }
}

/** A command that measures a model of the user's library. */
function ofText(name: string, description: string, pairs = 5): Command {
  return program
    .command(name)
    .description(description)
    .option('--model <id>', 'the model as it was added', 'smollm2-135m-instruct')
    .option('--pairs <count>', 'runs of each side', wholeNumber, pairs)
    .option('--json', 'print one JSON document');
}

interface TextOptions {
  readonly model: string;
  readonly pairs: number;
  readonly json?: boolean;
}
const theFile = ['--gguf <file>', 'the file the model was added from'] as const;

ofText('decode', 'decoding with every residual stream recorded, against llama.cpp on the same GGUF file')
  .requiredOption(...theFile)
  .action(async (options: TextOptions & { gguf: string }) =>
    againstLlama('decode', options, async (model, peer) => measureDecode(model, peer, [200, 900, 1800], options.pairs, progress)),
  );

ofText('transformers', 'decoding with every residual stream recorded, against transformers.js on the same model as ONNX in 4 bits')
  .requiredOption('--onnx <folder>', 'the model as transformers.js wants it: see docs/performance.md')
  .action(async ({ onnx, model: id, pairs, json }: TextOptions & { onnx: string }) => {
    const peer = await LlamaProcess.startTransformers({ folder: resolve(onnx), threads });
    const model = await TextModel.open(resources, defaultModelsFolder(), id);
    try {
      const figures = await measureDecode(model, peer, [200, 900], pairs, progress);
      print(
        { threads, versions: { ours: model.computedBy, peer: `transformers.js ${peer.version}` }, transformers: figures },
        json === true,
      );
    } finally {
      await model.dispose();
      peer.dispose();
    }
  });

ofText('prefill', 'reading a prompt of a thousand tokens, against llama.cpp on the same GGUF file')
  .requiredOption(...theFile)
  .action(async (options: TextOptions & { gguf: string }) =>
    againstLlama('prefill', options, async (model, peer) => measurePrefill(model, peer, options.pairs, progress)),
  );

ofText('branches', 'eight branches that share a prompt of 500 tokens, against one').action(async (options: TextOptions) =>
  alone('branches', options, async (model) => measureBranches(model, options.pairs, progress)),
);

ofText('lens', 'the lens of every layer for 120 steps, asked for as the window does while the run goes on', 3).action(
  async (options: TextOptions) => {
    const startProcess = nodeProcesses(import.meta.dirname);
    const open = async (): Promise<TextModel> => TextModel.open(resources, defaultModelsFolder(), options.model, startProcess);
    print(
      { threads, versions: { ours: kernelsName, lens: runtimeName }, lens: await measureLens(open, options.pairs, progress) },
      options.json === true,
    );
  },
);

ofText('memory', 'the engine at the end of a context of a thousand tokens', 3).action(async (options: TextOptions) => {
  const figures = await measureMemory({ resources, models: defaultModelsFolder(), id: options.model }, options.pairs, progress);
  print({ threads, versions: { ours: kernelsName }, memory: figures }, options.json === true);
});

program
  .command('long-run')
  .description('memory of engine and window while a run of many steps grows; its trace opened again and scrolled')
  .option('--lanes <count>', 'lanes that share the steps', wholeNumber, 1)
  .option('--steps <count>', 'steps in all', wholeNumber, 32_000)
  .option('--folder <path>', 'record there and leave it; where a run is there already, only open and scroll it')
  .option('--json', 'print one JSON document')
  .action(async (options: { lanes: number; steps: number; folder?: string; json?: boolean }) => {
    const figures = await measureLongRun(root, { ...options, folder: options.folder }, progress);
    print({ versions: { ours: runtimeName }, longRun: figures }, options.json === true);
  });

program
  .command('perplexity')
  .description('how well a fixed text is foreseen, against llama.cpp on the same GGUF file')
  .requiredOption(...theFile)
  .option('--model <id>', 'the model as it was added', 'smollm2-135m-instruct')
  .option('--fixture <file>', 'also write what llama.cpp gave, for the tests')
  .option('--json', 'print one JSON document')
  .action(async (options: { gguf: string; model: string; fixture?: string; json?: boolean }) => {
    const { llama, version } = await startLlama(threads, progress);
    const peer = { model: await llama.loadModel({ modelPath: options.gguf }), version: `node-llama-cpp ${version}` };
    try {
      const figures = await measurePerplexity(join(defaultModelsFolder(), options.model), peer, threads, options.fixture ?? null);
      print({ threads, versions: { ours: kernelsName, peer: peer.version }, perplexity: figures }, options.json === true);
    } finally {
      await llama.dispose();
    }
  });

program
  .command('import')
  .description('importing a model from a GGUF file in every storage, and from the catalogue; time and memory')
  .option('--gguf <file>', 'a file to import in every storage')
  .option(
    '--large <gigabytes>',
    'also import models of random weights of this size, made for it; twice the room is needed on the disk',
    Number.parseFloat,
    0,
  )
  .option('--pairs <count>', 'imports of each kind', wholeNumber, 3)
  .option('--no-catalogue', 'leave out the catalogue, which fetches a package')
  .option('--json', 'print one JSON document')
  .action(
    async ({
      gguf,
      large,
      pairs,
      catalogue,
      json,
    }: {
      gguf?: string;
      large: number;
      pairs: number;
      catalogue: boolean;
      json?: boolean;
    }) => {
      const options = { runs: pairs, catalogue, largeBytes: large * 1e9 };
      const figures = await measureImport(resources, gguf ?? null, options, progress);
      print({ versions: { kernels: kernelsName, runtime: runtimeName }, import: figures }, json === true);
    },
  );

program.command('llama <start>', { hidden: true }).action(async (start: string) => answerWithLlama(JSON.parse(start) as LlamaStart));

/** Measured where the app's engine runs, whose V8 and flags are not those of a terminal's Node. */
const ofTheEngine = ['decode', 'transformers', 'prefill', 'branches', 'lens'];

try {
  if (!runsAsEngine && ofTheEngine.includes(process.argv[2] ?? '')) process.exitCode = await againAsEngine();
  // Said, because commander takes an Electron to have no program as its second word.
  else await program.parseAsync(process.argv, { from: 'node' });
} catch (error) {
  const signal = toldToEnd();
  if (signal === null) throw error;
  // The window was closed under the measurement, which then fails with whatever it was waiting for.
  progress(`Told to end by ${signal}: nothing was measured to its end.`);
  process.exitCode = 128 + constants.signals[signal];
}
