import { join } from 'node:path';
import { app, BrowserWindow, type Rectangle, nativeTheme, screen } from 'electron';
import { z } from 'zod';
import { JsonFile } from './json-file';
import { pageUrl } from './page-address';
import { RestartBudget } from './restart-budget';

const boundsSchema = z.object({
  x: z.number(),
  y: z.number(),
  width: z.number().min(1),
  height: z.number().min(1),
  maximized: z.boolean(),
});
const minutes = 60_000;

/** The window's last place, unless that is on a screen which is no longer there. */
function visibleBounds(saved: z.output<typeof boundsSchema> | null): Partial<Rectangle> {
  if (saved === null) return { width: 1440, height: 900 };
  const { workArea } = screen.getDisplayMatching(saved);
  const overlaps =
    saved.x < workArea.x + workArea.width &&
    workArea.x < saved.x + saved.width &&
    saved.y < workArea.y + workArea.height &&
    workArea.y < saved.y + saved.height;
  return overlaps ? saved : { width: saved.width, height: saved.height };
}

/** A page whose process died is loaded again, but not for ever. */
function reviveAfterCrash(window: BrowserWindow): void {
  const budget = new RestartBudget(3, 5 * minutes, () => performance.now());
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit' || window.isDestroyed()) return;
    process.stderr.write(`The window's process is gone (${details.reason}).\n`);
    if (budget.take()) window.webContents.reload();
  });
}

/** Opens the one window. It is shown when its page has something to show. */
export function createMainWindow(): BrowserWindow {
  const file = new JsonFile(join(app.getPath('userData'), 'window.json'), boundsSchema);
  const saved = file.load();
  const window = new BrowserWindow({
    ...visibleBounds(saved),
    minWidth: 720,
    minHeight: 480,
    show: false,
    title: 'Interlinear',
    // The page's own background, so that opening does not flash.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#14161a' : '#ffffff',
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => {
    if (saved?.maximized === true) window.maximize();
    window.show();
  });
  window.on('close', () => {
    try {
      file.save({ ...window.getNormalBounds(), maximized: window.isMaximized() });
    } catch {
      // Where the window stood is not worth keeping it open for.
    }
  });
  reviveAfterCrash(window);
  void window.loadURL(pageUrl);
  return window;
}

/** Brings the window to the front, if there is one. */
export function focusMainWindow(): void {
  const [window] = BrowserWindow.getAllWindows();
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
