import { z } from 'zod';
import type { Dropped } from '../main/contract/shell';
import { calls } from './channels';
import { dropKind } from './drop-kind';
import { handle } from './ipc';
import type { GrantModel } from './models';
import type { TraceInbox } from './trace-inbox';

/** What is dropped on the window is opened where it is a trace and offered for import where it is a model. */
export function setupDrops(inbox: TraceInbox, grantModel: GrantModel): void {
  handle(calls.openDropped, z.string(), async (path): Promise<Dropped> => {
    if ((await dropKind(path)) === 'model') return { kind: 'model', ...(await grantModel(path)) };
    return { kind: 'trace', ...(await inbox.open(path)) };
  });
}
