import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../main/contract/shell';
import { notices } from './channels';
import { notify } from './ipc';

function send(command: MenuCommand): void {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  if (window) notify(window, notices.menu, command);
}

/** An entry that the window carries out. */
function command(id: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions {
  return {
    id,
    label,
    ...(accelerator !== undefined && { accelerator }),
    click: () => {
      send(id);
    },
  };
}

/**
 * An entry whose key the page binds itself, because it knows whether a text field or a dialog has the focus. The key is
 * shown and not registered, so that it does not count twice. (On macOS every key shown is registered, but the page comes first
 * and says that it has handled the key; keys without ⌘ are left out there, where they would also be taken from text fields.)
 */
function pageCommand(id: MenuCommand, label: string, accelerator: string): MenuItemConstructorOptions {
  const shown = process.platform !== 'darwin' || accelerator.startsWith('CmdOrCtrl');
  return { ...command(id, label, shown ? accelerator : undefined), registerAccelerator: false };
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

function applicationMenu(startEngine: () => void): MenuItemConstructorOptions[] {
  const mac = process.platform === 'darwin';
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        pageCommand('open', 'Open trace…', 'CmdOrCtrl+O'),
        pageCommand('models', 'Model library…', 'M'),
        separator,
        command('export-bundle', 'Export bundle…', 'CmdOrCtrl+S'),
        command('export-csv', 'Export steps as CSV…', 'CmdOrCtrl+Shift+S'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        pageCommand('undo', 'Undo', 'CmdOrCtrl+Z'),
        pageCommand('redo', 'Redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
        { role: 'selectAll' },
      ],
    },
    {
      label: '&Run',
      submenu: [
        pageCommand('run', 'Run', 'CmdOrCtrl+Enter'),
        pageCommand('stop', 'Stop', 'Escape'),
        separator,
        command('add-lane', 'Add lane…'),
        pageCommand('pin-run', 'Pin or unpin run', 'P'),
        separator,
        { id: 'start-engine', label: 'Start the engine again', click: startEngine },
      ],
    },
    {
      label: '&View',
      submenu: [
        pageCommand('palette', 'All actions…', 'CmdOrCtrl+K'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', submenu: [pageCommand('keys', 'Keys', '?'), ...(mac ? [] : [separator, { role: 'about' as const }])] },
  ];
}

/** @param startEngine starts an engine that was given up on; nothing where one runs */
export function setupApplicationMenu(startEngine: () => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(startEngine)));
}
