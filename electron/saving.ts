import { basename, extname } from 'node:path';
import { type BrowserWindow, clipboard, dialog } from 'electron';
import { z } from 'zod';
import { type SaveFile, saveFileSchema } from '../main/contract/shell';
import { calls } from './channels';
import { diskError } from './disk-error';
import type { EngineService } from './engine-service';
import { handle } from './ipc';
import { writeAtomically } from './write-atomically';

const exportSchema = z.strictObject({ run: z.string().min(1).max(200), format: z.enum(['bundle', 'csv']) });
type ExportRequest = z.output<typeof exportSchema>;

const kinds = {
  png: 'PNG picture',
  svg: 'SVG picture',
  csv: 'CSV table',
  npy: 'NumPy array',
  interlinear: 'Interlinear trace',
} as const;

/** A name that is only a name, on every platform, whatever the window suggests. */
function fileName(suggested: string, extension: string): string {
  const name = suggested.replaceAll(/[<>:"/\\|?*\p{Cc}]/gu, '-').replace(/^[.\s-]+/, '');
  const stem = name.toLowerCase().endsWith(`.${extension}`) ? name.slice(0, -extension.length - 1) : name;
  return `${stem === '' ? 'interlinear' : stem}.${extension}`;
}

/** Where the user wants it, or null when they cancel. An ending left out is added, so that the file opens where it should. */
async function choosePath(window: BrowserWindow, suggested: string, extension: keyof typeof kinds): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: fileName(suggested, extension),
    filters: [{ name: kinds[extension], extensions: [extension] }],
    properties: ['createDirectory', 'showOverwriteConfirmation'],
  });
  if (canceled || filePath === '') return null;
  return extname(filePath) === '' ? `${filePath}.${extension}` : filePath;
}

async function exportRun(
  engine: EngineService,
  { run, format }: ExportRequest,
  window: BrowserWindow,
): Promise<{ name: string; bytes: number } | null> {
  const path = await choosePath(window, `run-${run}`, format === 'csv' ? 'csv' : 'interlinear');
  if (path === null) return null;
  const client = await engine.client();
  const { bytes } = await client.request('run.export', { run, format, path });
  return { name: basename(path), bytes };
}

async function saveFile(file: SaveFile, window: BrowserWindow): Promise<{ name: string } | null> {
  const path = await choosePath(window, file.name, file.kind);
  if (path === null) return null;
  const name = basename(path);
  try {
    writeAtomically(path, file.data);
  } catch (error) {
    throw diskError(name, error);
  }
  return { name };
}

/** What leaves the app: runs written by the engine, pictures and tables made in the window, text for the clipboard. */
export function setupSaving(engine: EngineService): void {
  handle(calls.exportRun, exportSchema, (request, window) => exportRun(engine, request, window));
  handle(calls.saveFile, saveFileSchema, saveFile);
  handle(calls.copyText, z.string().max(10_000_000), async (text) => {
    // A promise in current releases, nothing in older ones.
    await clipboard.writeText(text);
    return null;
  });
}
