import { InterlinearError } from '../../main/contract/errors';
import type { Services } from './services';

/** Models left in memory that weigh less than this are not worth another engine. */
const worthLeaving = 32_000_000;

/** Whether the engine may be replaced: nothing else is under way in it. */
export function mayReplaceEngine({ library, checks }: Services): boolean {
  return (
    checks.store.getState().running.size === 0 &&
    library.store.getState().jobs.every(({ state }) => state !== 'running' && state !== 'queued')
  );
}

/** Whether a run should have an engine of its own: models it does without weigh in the one there is, and sessions give back too little when they are closed. */
export function wantsFreshEngine(services: Services, leftBehind: number): boolean {
  return leftBehind >= worthLeaving && mayReplaceEngine(services);
}

/** Ends the engine with whatever it does, and starts another. Recorded runs on screen stay, and are opened again there. */
export async function replaceEngine({ engine, shell }: Services): Promise<void> {
  engine.leave();
  const reply = await shell.restartEngine();
  if (!reply.ok) throw InterlinearError.from(reply.error);
}
