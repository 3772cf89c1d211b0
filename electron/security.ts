import { app, session, type WebContents } from 'electron';
import { pageScheme, pageUrl } from './page-address';

/** What the page may load: itself, what it made itself, and (unpackaged only) the developer tools' own pages. */
const schemes = new Set([`${pageScheme}:`, 'data:', 'blob:', ...(app.isPackaged ? [] : ['devtools:', 'chrome-extension:'])]);

/** A reload of the page is a navigation too; anything else is refused. */
function isPage(address: string): boolean {
  return address.split('#', 1)[0] === pageUrl;
}

function confine(contents: WebContents): void {
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame || !isPage(event.url)) event.preventDefault();
  });
  contents.on('will-redirect', (event) => {
    event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
}

/**
 * Has to be called before the app is ready: every renderer process is sandboxed, every page confined from its first moment.
 * Whoever starts the app with `--no-sandbox` (root in a container has no other way) keeps the sandboxed page, without Node
 * and with its isolated preload, and loses only the operating system's part; asking for both, Chromium does not start.
 */
export function setupConfinement(): void {
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => {
    confine(contents);
  });
}

/** The window's session: no permission is ever granted, nothing is downloaded, nothing leaves for the network. */
export function setupSession(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, decide) => {
    decide(false);
  });
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  // Chromium would fetch its dictionaries from the network.
  defaultSession.setSpellCheckerEnabled(false);
  defaultSession.on('will-download', (event) => {
    event.preventDefault();
  });
  defaultSession.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: !schemes.has(new URL(details.url).protocol) });
  });
}
