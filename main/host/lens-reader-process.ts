import { toErrorReport } from '../contract/errors';
import type { LensReadings } from '../runtime/lens-readings';
import { openStoredLens, type StoredLens } from '../runtime/stored-lens';
import { threadCount } from '../runtime/thread-count';
import { type LensAnswer, lensQuestionSchema } from './lens-messages';
import { serveEngine } from './serve-engine';

const opened = new Map<string, Promise<LensReadings>>();

/** Of one model at a time: another one's unembedding would lie beside it for nothing. */
async function readingsOf(lens: StoredLens): Promise<LensReadings> {
  const known = opened.get(lens.hash);
  if (known) return known;
  const before = [...opened.values()];
  opened.clear();
  for (const readings of before) await (await readings.catch(() => null))?.dispose();
  const opening = openStoredLens(lens, threadCount());
  opened.set(lens.hash, opening);
  return opening;
}

/** Entry of the process that reads lenses for the engine, which starts it when someone first asks and ends it when nobody does. */
serveEngine((say: (answer: LensAnswer) => void) => {
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
});
