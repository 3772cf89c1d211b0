import { app, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../main/contract/shell';
import { notices } from './channels';
import { notify } from './ipc';

function send(command: MenuCommand): void {
  const window = BrowserWindow.getFocusedWindow() ?? BrowserWindow.getAllWindows()[0];
  if (window) notify(window, notices.menu, command);
}

/**
 * An entry that the window carries out. The page binds the same keys itself (it knows whether a text field has the
 * focus), so the key is shown here and not registered: it must not count twice.
 */
function command(id: MenuCommand, label: string, accelerator?: string): MenuItemConstructorOptions {
  return {
    id,
    label,
    ...(accelerator !== undefined && { accelerator, registerAccelerator: false }),
    click: () => {
      send(id);
    },
  };
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

export function applicationMenu(): MenuItemConstructorOptions[] {
  const mac = process.platform === 'darwin';
  return [
    ...(mac ? [{ role: 'appMenu' as const }] : []),
    {
      label: '&File',
      submenu: [
        command('open', 'Open trace…', 'CmdOrCtrl+O'),
        separator,
        command('export-bundle', 'Export trace…', 'CmdOrCtrl+S'),
        command('export-csv', 'Export steps as CSV…', 'CmdOrCtrl+Shift+S'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command('undo', 'Undo', 'CmdOrCtrl+Z'),
        command('redo', 'Redo', mac ? 'Cmd+Shift+Z' : 'Ctrl+Y'),
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
        command('run', 'Run', 'CmdOrCtrl+Enter'),
        command('stop', 'Stop', 'Escape'),
        separator,
        command('add-lane', 'Add lane…'),
        command('pin-run', 'Pin run'),
      ],
    },
    {
      label: '&View',
      submenu: [
        command('palette', 'Command palette…', 'CmdOrCtrl+K'),
        separator,
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'togglefullscreen' },
        ...(app.isPackaged ? [] : [separator, { role: 'reload' as const }, { role: 'toggleDevTools' as const }]),
      ],
    },
    ...(mac ? [{ role: 'windowMenu' as const }] : []),
    { role: 'help', submenu: [command('keys', 'Keyboard shortcuts', '?'), ...(mac ? [] : [separator, { role: 'about' as const }])] },
  ];
}

export function setupApplicationMenu(): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu()));
}
