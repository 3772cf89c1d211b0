import { app } from 'electron';
import { z } from 'zod';
import type { ShellArguments } from './shell-arguments';
import type { TraceInbox } from './trace-inbox';

/** Chromium rewrites the argument list on its way, so what was asked travels beside it. */
const handedOverSchema = z.object({ traces: z.array(z.string()) });

/**
 * One instance per user data folder. A second one hands its traces to the first, which comes to the front.
 * @returns whether this is the first
 */
export function setupSingleInstance({ traces }: ShellArguments, inbox: TraceInbox, focus: () => void): boolean {
  if (!app.requestSingleInstanceLock({ traces })) return false;
  app.on('second-instance', (_event, _argv, _workingDirectory, handedOver) => {
    focus();
    const parsed = handedOverSchema.safeParse(handedOver);
    for (const path of parsed.success ? parsed.data.traces : []) void inbox.receive(path);
  });
  return true;
}
