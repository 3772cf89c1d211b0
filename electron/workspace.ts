import { join } from 'node:path';
import { app } from 'electron';
import { z } from 'zod';
import { workspaceSchema } from '../main/contract/shell';
import { calls } from './channels';
import { diskError } from './disk-error';
import { handle } from './ipc';
import { JsonFile } from './json-file';

/** What the window keeps between launches. */
export function setupWorkspace(): void {
  const file = new JsonFile(join(app.getPath('userData'), 'workspace.json'), workspaceSchema);
  handle(calls.loadWorkspace, z.null(), () => file.load());
  handle(calls.saveWorkspace, workspaceSchema, (workspace) => {
    try {
      file.save(workspace);
    } catch (error) {
      throw diskError('The workspace', error);
    }
    return null;
  });
}
