import { existsSync } from 'node:fs';
import { InterlinearError } from '../contract/errors';
import { formatWhole } from '../contract/format-whole';
import type { ImportJob, InstalledModel, Quantization } from '../contract/library';
import type { ModelStore } from '../host/model-store';
import { parseHubId } from '../library/hub/hub-id';
import type { ImportSource } from '../library/import-source';
import { exitCodeOf, exitCodes } from './exit-codes';
import { parityText } from './parity-text';
import { ImportReporter } from './import-reporter';
import { formatBytes } from './format-bytes';
import { formatTable } from './run-table';
import { print, printJson, progress } from './terminal';

interface Output {
  readonly json?: boolean;
}

/** Milliseconds between two looks at an import. */
const glance = 250;

/** `models list`: what is installed and what the catalogue offers. */
export async function listCommand(store: ModelStore, { json }: Output): Promise<void> {
  const [installed, catalogue] = await Promise.all([store.installed(), store.catalogue()]);
  const sound = installed.filter(({ damage }) => damage === null);
  const damaged = installed.flatMap(({ summary, damage }) => (damage === null ? [] : [{ id: summary.id, damage }]));
  if (json === true) {
    printJson({ models: sound.map(({ summary }) => summary), damaged, catalogue });
    return;
  }
  print(
    formatTable(
      sound.map(({ summary: { id, name, license, layers, width, parameters, dtype, bytes } }) => [
        id,
        name,
        license,
        `${layers} layers × ${width}`,
        `${formatWhole(parameters)} parameters`,
        `${dtype}, ${formatBytes(bytes)}`,
      ]),
    ),
  );
  for (const { id, damage } of damaged) print(`${id}  damaged: ${damage}`);
  for (const { id, name, bytes } of catalogue.filter((entry) => !entry.installed))
    progress(`Not installed: ${name}, about ${formatBytes(bytes)} to fetch. interlinear models add ${id}`);
}

async function find(store: ModelStore, id: string): Promise<InstalledModel> {
  const found = (await store.installed()).find(({ summary }) => summary.id === id);
  if (found) return found;
  throw new InterlinearError('unknown-model', `There is no model “${id}”.`, 'interlinear models lists what is installed.');
}

/** `models show ID` */
export async function showModelCommand(store: ModelStore, id: string, { json }: Output): Promise<void> {
  const model = await find(store, id);
  const folder = store.folder(id);
  const manifest = model.builtIn || model.damage !== null ? null : (await store.library.models.open(id)).manifest;
  if (json === true) {
    printJson({ model: { ...model, folder, files: manifest?.files ?? null, quantization: manifest?.quantization ?? null } });
    return;
  }
  const { summary } = model;
  const rows: (readonly [string, string])[] = [
    ['id', id],
    ['name', summary.name],
    ['folder', folder],
    ['source', model.source],
    ['licence', summary.license],
    ['added', model.importedAt ?? 'ships with the app'],
    [
      'architecture',
      `${summary.architecture}, ${summary.layers} layers × ${summary.width}, ${summary.heads} heads, ${summary.vocabulary} tokens`,
    ],
    ['weights', `${formatWhole(summary.parameters)} parameters, ${summary.dtype}, ${formatBytes(summary.bytes)}`],
    ['sha256', summary.weightsHash],
    ...model.parity.map((parity): [string, string] => [`parity on ${parity.device}`, parityText(parity)]),
    ...(model.damage === null ? [] : [['damaged', model.damage] as const]),
    ...model.notes.map((note): [string, string] => ['note', note]),
  ];
  print(formatTable(rows));
}

/** `models remove ID`: for good, since a terminal has no later moment to undo it in. */
export async function removeCommand(store: ModelStore, id: string, { json }: Output): Promise<void> {
  await store.remove(id);
  store.library.models.emptyTrash();
  if (json === true) printJson({ removed: id });
  else print(`${id} removed.`);
}

export interface AddOptions extends Output {
  readonly quantize: Quantization;
  readonly name?: string;
}

/** `./x`, `~/x`, `C:\\x`, or a file by its ending. `org/name/file.gguf` names a file of the hub. */
function looksLikePath(what: string): boolean {
  return /^(?:[.~]{0,2}[\\/]|[a-z]:[\\/])/iu.test(what) || /^(?:[^/]+\/)?[^/]+\.(?:gguf|safetensors)$/iu.test(what);
}

/** A name of the catalogue, then a path that is there, then an id of the hub. @throws InterlinearError `bad-request` */
async function sourceOf(store: ModelStore, what: string): Promise<ImportSource> {
  const catalogue = await store.library.catalogue();
  if (catalogue.some(({ id }) => id === what)) return { kind: 'catalogue', id: what };
  if (existsSync(what)) return { kind: 'path', path: what };
  if (looksLikePath(what)) throw new InterlinearError('bad-request', `There is no file or folder ${what}.`, 'Check the path.');
  if (parseHubId(what) !== null) return { kind: 'hub', id: what };
  const names = catalogue.map(({ id }) => id).join(', ');
  const hint = `Give a .gguf file, a folder, an id like org/name@revision, or a name of the catalogue: ${names}.`;
  throw new InterlinearError('bad-request', `“${what}” is no file, no folder, and no id of a model.`, hint);
}

/** `models add PATH|ID`. Returns the exit code. */
export async function addCommand(store: ModelStore, what: string, { quantize, name, json }: AddOptions): Promise<number> {
  const { jobs } = store.library;
  const id = jobs.add({ source: await sourceOf(store, what), quantize, ...(name !== undefined && { name }) });
  const stop = (): void => {
    progress('Stopping; nothing half-made is kept.');
    jobs.cancel(id);
  };
  process.once('SIGINT', stop);
  const reporter = new ImportReporter(process.stderr);
  const watch = setInterval(() => {
    reporter.report(jobs.get(id));
  }, glance);
  const started = performance.now();
  let job: ImportJob;
  try {
    job = await jobs.finished(id);
  } finally {
    clearInterval(watch);
    process.removeListener('SIGINT', stop);
    reporter.end();
  }
  if (job.state === 'cancelled') return exitCodes.cancelled;
  if (job.error || job.model === null) {
    const { code, message, hint } = job.error ?? { code: 'internal', message: 'The import ended without a model.', hint: '' };
    progress(`${message} ${hint}`.trim());
    return exitCodeOf(code);
  }
  const model = await find(store, job.model);
  const seconds = (performance.now() - started) / 1000;
  if (json === true) printJson({ model, seconds });
  else {
    print(`${job.model} added in ${seconds.toFixed(1)} s: ${model.summary.dtype}, ${formatBytes(model.summary.bytes)}.`);
    for (const note of model.notes) progress(note);
  }
  return exitCodes.done;
}
