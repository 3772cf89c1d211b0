import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toErrorReport } from '../contract/errors';
import type { LaneSettings } from '../contract/lanes';
import { devices } from '../contract/model';
import { schedules } from '../contract/run';
import { Engine } from '../host/engine';
import { listModels } from '../models/list-models';
import { listDevices } from '../runtime/devices';
import { exitCodeOf, exitCodes } from './exit-codes';
import { forwardCommand } from './forward-command';
import { parseLane } from './parse-lane';
import { type RunOptions, runCommand } from './run-command';
import { formatTable } from './run-table';
import { print, printJson, progress } from './terminal';
import { exportCommand, showCommand } from './trace-commands';
import { defaultRunsFolder } from './user-folders';

/** This file is built to `out/main/cli.js`: the project is two folders up. */
const root = join(import.meta.dirname, '..', '..');
const resources = join(root, 'resources');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const lane = (text: string, before: readonly LaneSettings[]): LaneSettings[] => [...before, parseLane(text)];

function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new InvalidArgumentError('A whole number from 0 to 4294967295 is needed.');
  return value;
}

const program = new Command('interlinear')
  .description('Runs a prompt through several ways of reasoning on a local model and records every step.')
  .version(version)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? exitCodes.done : exitCodes.usage));

program
  .command('run')
  .description('run lanes on a prompt')
  .option('--prompt <text>', 'the prompt')
  .option('--prompts <file>', 'one {"id","prompt"} per line')
  .option(
    '--lane <kind:name=value,…>',
    'a lane, repeatable: direct | cot:temperature,samples,topK,topP,minP | best-of-n:n,temperature,pick | coconut:thoughts',
    lane,
    [],
  )
  .option('--model <id>', 'the model', 'kin')
  .addOption(new Option('--device <device>', 'where it runs').choices(devices).default('cpu'))
  .option('--seed <number>', 'seed of every random stream', wholeNumber, 7)
  .addOption(
    new Option('--schedule <schedule>', 'all rows in one batch, or one by one for exact repeats').choices(schedules).default('lockstep'),
  )
  .option('--out <path>', 'bundle to write (a folder of bundles with --prompts)')
  .option('--json', 'print one JSON document')
  .action(async (options: RunOptions) => {
    const engine = new Engine({ resources, runs: defaultRunsFolder(), appVersion: version });
    try {
      process.exitCode = await runCommand(engine, options);
    } finally {
      await engine.dispose();
    }
  });

program.command('show <bundle>').description('print a recorded run').option('--json', 'print one JSON document').action(showCommand);

program
  .command('export <bundle>')
  .description('write a recorded run as a table or as one file')
  .option('--csv', 'the steps as CSV')
  .option('--bundle', 'one .interlinear file to share')
  .option('--out <path>', 'where to')
  .action(exportCommand);

program
  .command('devices')
  .description('list what models can run on')
  .option('--json', 'print JSON')
  .action((options: { json?: boolean }) => {
    const found = listDevices();
    if (options.json === true) printJson({ devices: found });
    else print(formatTable(found.map(({ id, name, available, note }) => [id, name, available ? 'available' : 'not available', note])));
  });

program
  .command('models')
  .description('list installed models')
  .option('--json', 'print JSON')
  .action(async (options: { json?: boolean }) => {
    const models = await listModels(join(resources, 'models'));
    if (options.json === true) printJson({ models });
    else
      print(
        formatTable(
          models.map(({ id, name, license, layers, width, parameters }) => [
            id,
            name,
            license,
            `${layers} layers × ${width}`,
            `${parameters} parameters`,
          ]),
        ),
      );
  });

program
  .command('forward')
  .description('write logits and residual streams of one pass over a prompt')
  .requiredOption('--model <id or folder>', 'a model', 'kin')
  .requiredOption('--prompt <text>', 'the prompt')
  .requiredOption('--dump <file>', 'safetensors file to write')
  .action(async (options: { model: string; prompt: string; dump: string }) => {
    const named = /^[\w-]+$/u.test(options.model);
    await forwardCommand(named ? join(resources, 'models', options.model) : options.model, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  const report = toErrorReport(error);
  progress(`${report.message} ${report.hint}`.trim());
  process.exitCode = exitCodeOf(report.code);
}
