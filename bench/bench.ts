import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { measureLanes } from './lanes';
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

await program.parseAsync();
