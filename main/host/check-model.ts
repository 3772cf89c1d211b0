import type { ExactParity, ModelParity } from '../contract/library';
import { type Device, deviceNames } from '../contract/devices';
import type { ModelSummary } from '../contract/model';
import type { ParityCheck } from '../contract/run';
import { openPromptReader, type PromptReader } from '../models/prompt-reader';
import { checkDevice, mergeChecks, passesOfCheck } from '../runtime/check-device';
import type { LoadedModel } from '../runtime/decoder';
import { loadOpenedModel } from '../runtime/load-model';
import type { LoadOptions, LoadStage } from '../runtime/load-options';
import { measureSpeed } from '../runtime/measure-speed';
import { type CheckWatch, throwIfStopped, unwatched, watchedModel } from './check-watch';

/** Does some work with a model as runs have it on a device. */
export type WithLoaded = <T>(device: Device, work: (model: LoadedModel) => Promise<T>) => Promise<T>;

/** Tokens the speed is measured with where the model has no reference. */
const anyTokens = [0, 1, 2, 3];

/** Loads a model for some work alone, and lets it go. */
export async function withModel<T>(reader: PromptReader, options: LoadOptions, work: (model: LoadedModel) => Promise<T>): Promise<T> {
  const model = await loadOpenedModel(reader, options);
  try {
    return await work(model);
  } finally {
    await model.decoder.dispose();
  }
}

/**
 * Compares a model on a device with its reference, and measures how fast it is there. Where runs round the inputs of products to 8 bits,
 * which hides small faults, a copy that rounds nothing is compared as well.
 * @throws InterlinearError `bad-model` or `unsupported` where it does not load, `cancelled` where it is given up
 */
export async function checkModel(
  reader: PromptReader,
  device: Device,
  withLoaded: WithLoaded,
  watch: CheckWatch = unwatched,
): Promise<ModelParity> {
  const say = (what: string, pass: number | null = null, passes: number | null = null): void => {
    throwIfStopped(watch);
    watch.onDoing({ what, pass, passes });
  };
  const checksOf = async (model: LoadedModel, what: string): Promise<ParityCheck[]> => {
    const passes = model.reference && passesOfCheck(model.reference.ids.length);
    const before = async (pass: number): Promise<void> => {
      // What came in during the pass before is heard now.
      await new Promise((resolve) => setImmediate(resolve));
      say(what, pass, passes);
    };
    const checks = await checkDevice(watchedModel(model, watch, before));
    throwIfStopped(watch);
    return checks;
  };
  const exactly = async (): Promise<ExactParity> => {
    const what = `Loading it on ${deviceNames[device]} with nothing rounded to 8 bits`;
    say(what);
    const onStage = ({ phase }: LoadStage): void => {
      if (phase === 'checking') throwIfStopped(watch);
    };
    const checks = await withModel(reader, { device, arithmetic: 'exact', onStage }, async (model) =>
      checksOf(model, 'Comparing it with its reference, nothing rounded to 8 bits'),
    );
    return { ...mergeChecks(checks), checkedAt: new Date().toISOString() };
  };
  const speedOn = async (model: LoadedModel): Promise<number> => {
    say(`Measuring its speed on ${deviceNames[model.device]}`);
    const { decoder, reference } = watchedModel(model, watch);
    return measureSpeed(decoder, reference?.ids ?? anyTokens);
  };
  const load = async <T>(on: Device, work: (model: LoadedModel) => Promise<T>): Promise<T> => {
    say(`Loading it on ${deviceNames[on]}`);
    return withLoaded(on, work);
  };
  const cpu = device === 'cpu' ? null : await load('cpu', speedOn);
  const { tokensPerSecond, checks, isCoarse } = await load(device, async (model) => ({
    tokensPerSecond: await speedOn(model),
    checks: await checksOf(model, 'Comparing it with its reference, as it runs'),
    isCoarse: model.decoder.inputBits === 8,
  }));
  const speed = { tokensPerSecond, timesCpu: cpu === null ? 1 : tokensPerSecond / cpu };
  return parityOn(device, checks, { device, exact: isCoarse ? await exactly() : null, speed });
}

/**
 * Checks made on a device, as they are kept with a model.
 * @param kept what a run does not find out, as it was found before
 */
export function parityOn(
  device: Device,
  checks: readonly ParityCheck[],
  kept: Pick<ModelParity, 'device' | 'exact' | 'speed'> | undefined,
): ModelParity {
  const exact = kept?.exact ?? null;
  return {
    device,
    passed: checks.every(({ passed }) => passed) && exact?.passed !== false,
    maximumDifference: Math.max(...checks.map(({ maximumDifference }) => maximumDifference)),
    checkedAt: new Date().toISOString(),
    exact,
    speed: kept?.speed ?? null,
  };
}

/** What the last exact check of a model found, as a row among the checks of a run. */
export function keptCheck({ exact }: Pick<ModelParity, 'exact'>): ParityCheck[] {
  if (!exact) return [];
  const { checkedAt, compared, ...found } = exact;
  return [
    {
      name: 'exactlyEqualsReference',
      ...found,
      compared: `${compared}; with nothing rounded to 8 bits, on ${checkedAt.slice(0, 10)}, not in this run`,
    },
  ];
}

/** Weights up to this size are compared when the model is added; an import is to stay small, whatever it imports. */
const mostBytes = 300e6;

/** The check of a model that has just been written; null where it is left to whoever first asks. @param folder of the model */
export async function checkWritten(folder: string): Promise<ModelParity | null> {
  const reader = await openPromptReader(folder);
  const { bytes }: ModelSummary = reader.summary;
  if (bytes > mostBytes) return null;
  return checkModel(reader, 'cpu', async (device, work) => withModel(reader, { device }, work));
}
