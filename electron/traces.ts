import { app, type BrowserWindow, dialog } from 'electron';
import { z } from 'zod';
import { calls, notices } from './channels';
import { handle, notify } from './ipc';
import type { TraceInbox } from './trace-inbox';

async function chooseTrace(inbox: TraceInbox, window: BrowserWindow): Promise<{ trace: string } | null> {
  const { canceled, filePaths } = await dialog.showOpenDialog(window, {
    title: 'Open a trace',
    // A bundle is a folder, or one file once it was zipped for sharing; only macOS can offer both in one dialog.
    properties: process.platform === 'darwin' ? ['openFile', 'openDirectory'] : ['openFile'],
    filters: [
      { name: 'Interlinear traces', extensions: ['interlinear'] },
      { name: 'All files', extensions: ['*'] },
    ],
  });
  const [path] = filePaths;
  return canceled || path === undefined ? null : inbox.open(path);
}

/** Traces double-clicked on macOS, which may come before the app is ready. */
export function setupOpenFile(inbox: TraceInbox): void {
  app.on('open-file', (event, path) => {
    event.preventDefault();
    void inbox.receive(path);
  });
}

export function setupTraces(inbox: TraceInbox, paths: readonly string[]): void {
  handle(calls.chooseTrace, z.null(), (_nothing, window) => chooseTrace(inbox, window));
  let end = (): void => undefined;
  handle(calls.watchTraces, z.null(), (_nothing, window) => {
    // The same window listens anew after every reload.
    window.off('closed', end);
    end = inbox.listen((opened) => {
      notify(window, notices.openTrace, opened);
    });
    window.once('closed', end);
    return null;
  });
  for (const path of paths) void inbox.receive(path);
}
