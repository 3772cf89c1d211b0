import { BrowserWindow, ipcMain, type IpcMainInvokeEvent, type MessagePortMain } from 'electron';
import type { z } from 'zod';
import { InterlinearError, toErrorReport } from '../main/contract/errors';
import type { Reply } from '../main/contract/shell';
import type { Call, Notice } from './channels';
import { pageOrigin } from './page-address';

/** The window a call came from. @throws InterlinearError unless it came from the main frame of our own page. */
function senderOf(event: IpcMainInvokeEvent): BrowserWindow {
  const frame = event.senderFrame;
  const window = BrowserWindow.fromWebContents(event.sender);
  if (frame === null || window === null || frame !== event.sender.mainFrame || frame.origin !== pageOrigin) {
    throw new InterlinearError('bad-request', 'The call did not come from the page of Interlinear.');
  }
  return window;
}

/**
 * The one way the shell answers the window: the sender is checked, the argument is read by its schema, and whatever
 * is thrown crosses as a typed error.
 */
export function handle<Schema extends z.ZodType, Value>(
  call: Call,
  schema: Schema,
  answer: (argument: z.output<Schema>, window: BrowserWindow) => Value | Promise<Value>,
): void {
  ipcMain.handle(call, async (event, argument: unknown): Promise<Reply<Value>> => {
    try {
      const window = senderOf(event);
      const parsed = schema.safeParse(argument);
      if (!parsed.success)
        throw new InterlinearError('bad-request', `“${call}” got an argument it cannot use.`, parsed.error.issues[0]?.message);
      return { ok: true, value: await answer(parsed.data, window) };
    } catch (error) {
      return { ok: false, error: toErrorReport(error) };
    }
  });
}

/** Sends something to a window, with ports where it has any. A window that is gone hears nothing. */
export function notify(window: BrowserWindow, notice: Notice, message: unknown, ports: MessagePortMain[] = []): void {
  if (!window.isDestroyed()) window.webContents.postMessage(notice, message, ports);
}
