import { availableParallelism } from 'node:os';
import { toErrorReport } from '../contract/errors';
import type { LensReadings } from '../runtime/lens-readings';
import { openStoredLens, type StoredLens } from '../runtime/stored-lens';
import { giveWay } from './give-way';
import { type LensAnswer, lensQuestionSchema } from './lens-messages';

/**
 * Entry of the process that reads lenses for the engine, which starts it when someone first asks and ends it when nobody does. In Electron
 * the engine speaks through a port that the first message brings, in plain Node through the channel of its parent.
 */
interface Port {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
}
interface ParentPort {
  once(event: 'message', listener: (event: { ports: Port[] }) => void): unknown;
}

const parentPort = (process as typeof process & { readonly parentPort?: ParentPort }).parentPort;
// The engine shares the processor with it fairly: see `LensTurns`. In plain Node the priority is the parent's.
if (parentPort) giveWay();

const opened = new Map<string, Promise<LensReadings>>();

/** Of one model at a time: another one's unembedding would lie beside it for nothing. */
async function readingsOf(lens: StoredLens): Promise<LensReadings> {
  const known = opened.get(lens.hash);
  if (known) return known;
  const before = [...opened.values()];
  opened.clear();
  for (const readings of before) await (await readings.catch(() => null))?.dispose();
  const opening = openStoredLens(lens, availableParallelism());
  opened.set(lens.hash, opening);
  return opening;
}

function answerThrough(say: (answer: LensAnswer) => void): (message: unknown) => void {
  say({ type: 'ready' });
  return (message) => {
    const { id, lens, residuals, targets, count } = lensQuestionSchema.parse(message);
    const answer = async (): Promise<LensAnswer> => {
      try {
        const readings = await readingsOf(lens);
        await readings.prepare();
        const started = performance.now();
        const packed = await readings.read(residuals, [...targets], count);
        return { type: 'readings', id, packed, milliseconds: performance.now() - started };
      } catch (thrown) {
        opened.delete(lens.hash);
        return { type: 'failed', id, error: toErrorReport(thrown) };
      }
    };
    void answer().then(say);
  };
}

if (parentPort)
  parentPort.once('message', ({ ports: [port] }) => {
    if (!port) throw new Error('The first message brings the port of the engine.');
    const hear = answerThrough((answer) => {
      port.postMessage(answer);
    });
    port.on('message', ({ data }) => {
      hear(data);
    });
    port.on('close', () => process.exit());
    port.start();
  });
else {
  const hear = answerThrough((answer) => process.send?.(answer));
  process.on('message', hear);
  process.on('disconnect', () => process.exit());
}
