import { type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import { type GrantedModel, type ModelChoice, modelChoices } from '../main/contract/shell';
import { calls } from './channels';
import { handle } from './ipc';

/** Lets the window import the checkpoint at an absolute path, by the grant returned. */
export type GrantModel = (path: string) => Promise<GrantedModel>;

async function chooseModel(grant: GrantModel, kind: ModelChoice, window: BrowserWindow): Promise<GrantedModel | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(
    window,
    kind === 'file'
      ? {
          title: 'Add a model file',
          properties: ['openFile'],
          filters: [
            { name: 'GGUF models', extensions: ['gguf'] },
            { name: 'All files', extensions: ['*'] },
          ],
        }
      : { title: 'Add a model folder (with config.json, tokenizer.json and safetensors)', properties: ['openDirectory'] },
  );
  const [path] = filePaths;
  return canceled || path === undefined ? null : grant(path);
}

export function setupModels(grant: GrantModel): void {
  handle(calls.chooseModel, z.enum(modelChoices), (kind, window) => chooseModel(grant, kind, window));
}
