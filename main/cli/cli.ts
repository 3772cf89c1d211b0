import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { toErrorReport } from '../contract/errors';
import type { LaneSettings } from '../contract/lanes';
import { quantizations } from '../contract/library';
import { type Device, deviceChoices, devices } from '../contract/devices';
import { schedules } from '../contract/run';
import { Engine } from '../host/engine';
import { ModelStore } from '../host/model-store';
import { ModelShelf } from '../host/model-shelf';
import { nodeDeviceProbe } from '../host/node-device-probe';
import { devicesCommand, verifyCommand, verifyOnDevice } from './devices-command';
import { exitCodeOf, exitCodes } from './exit-codes';
import { forwardCommand } from './forward-command';
import { type AddOptions, addCommand, listCommand, removeCommand, showModelCommand } from './models-command';
import { parseLane } from './parse-lane';
import { type RunOptions, runCommand } from './run-command';
import { progress } from './terminal';
import { exportCommand, showCommand } from './trace-commands';
import { defaultModelsFolder, defaultRunsFolder } from './user-folders';

/** This file is built to `out/main/cli.js`: the project is two folders up. */
const root = join(import.meta.dirname, '..', '..');
const resources = join(root, 'resources');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

/** Programs are built side by side: the one that tries a device is next to this file. */
const probe = nodeDeviceProbe(import.meta.dirname);
const shelf = (): ModelShelf => new ModelShelf(resources, defaultModelsFolder(), { probe });

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
    'a lane, repeatable: direct | cot:temperature,samples,topK,topP,minP | best-of-n:n,temperature,pick | coconut:thoughts; each also model=ID, where it is not on --model',
    lane,
    [],
  )
  .option('--model <id>', 'the model of lanes that name none', 'kin')
  .option('--system <text>', 'system prompt for a model with a chat template')
  .option('--raw', 'read the prompt as it stands, without the chat template')
  .addOption(
    new Option('--device <device>', 'where it runs; auto is the fastest that has passed parity').choices(deviceChoices).default('auto'),
  )
  .option('--seed <number>', 'seed of every random stream', wholeNumber, 7)
  .addOption(
    new Option('--schedule <schedule>', 'all rows in one batch, or one by one for exact repeats').choices(schedules).default('lockstep'),
  )
  .option('--out <path>', 'bundle to write (a folder of bundles with --prompts)')
  .option('--json', 'print one JSON document')
  .action(async (options: RunOptions) => {
    const engine = new Engine({ resources, runs: defaultRunsFolder(), models: defaultModelsFolder(), appVersion: version, probe });
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
  .description('try every device and say what it is to a model')
  .option('--model <id>', 'the model', 'kin')
  .option('--json', 'print JSON')
  .action(async (options: { model: string; json?: boolean }) => devicesCommand(shelf(), options));

const store = (): ModelStore => new ModelStore(resources, defaultModelsFolder());
const models = program.command('models').description('list, add, check and remove models');

models
  .command('list', { isDefault: true })
  .description('list installed models')
  .option('--json', 'print JSON')
  .action(async (options: { json?: boolean }) => listCommand(store(), options));

models
  .command('add <path-or-id>')
  .description('import a .gguf file, a folder with safetensors, org/name[@revision] of the hub, or a name of the catalogue')
  .addOption(new Option('--quantize <kind>', 'how the weights are stored').choices(quantizations).default('auto'))
  .option('--name <name>', 'what to call the model')
  .option('--json', 'print JSON')
  .action(async (what: string, options: AddOptions) => {
    process.exitCode = await addCommand(store(), what, options);
  });

models
  .command('show <id>')
  .description('print what is known of a model')
  .option('--json', 'print JSON')
  .action(async (id: string, options: { json?: boolean }) => showModelCommand(store(), id, options));

models
  .command('verify <id>')
  .description('compare every file of a model with its hash, and what it computes with its reference: on the CPU, or with --device there')
  .addOption(new Option('--device <device>', 'the device to compare on').choices(devices))
  .option('--json', 'print JSON')
  .action(async (id: string, options: { json?: boolean; device?: Device }) => {
    const { device, ...output } = options;
    process.exitCode =
      device === undefined ? await verifyCommand(shelf(), id, output) : await verifyOnDevice(shelf(), id, { ...output, device });
  });

models
  .command('remove <id>')
  .description('delete an imported model')
  .option('--json', 'print JSON')
  .action(async (id: string, options: { json?: boolean }) => removeCommand(store(), id, options));

program
  .command('forward')
  .description('write logits and residual streams of one pass over a prompt')
  .requiredOption('--model <id or folder>', 'a model', 'kin')
  .requiredOption('--prompt <text>', 'the prompt')
  .requiredOption('--dump <file>', 'safetensors file to write')
  .action(async (options: { model: string; prompt: string; dump: string }) => {
    const named = /^[\w-]+$/u.test(options.model);
    await forwardCommand(named ? store().folder(options.model) : options.model, options);
  });

try {
  await program.parseAsync();
} catch (error) {
  const report = toErrorReport(error);
  progress(`${report.message} ${report.hint}`.trim());
  process.exitCode = exitCodeOf(report.code);
}
