import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appArguments, expect, type InterlinearApp, projectFolder, test as base } from './app';
import type { Workspace } from '../main/contract/shell';
import { hardenElectron } from './harden-electron';
import { openOutside, type Outside } from './outside';

/**
 * Electron's security checklist, item by item (https://www.electronjs.org/docs/latest/tutorial/security), seen from inside
 * the running app: what its settings are, and what happens when the page tries.
 */

/** Electron knows what a page was really created with, but its types do not say so. */
type Inspectable = Electron.WebContents & { getLastWebPreferences(): Electron.WebPreferences };

function webPreferences(app: InterlinearApp): Promise<Electron.WebPreferences> {
  return app.electron.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as Inspectable | undefined;
    return contents?.getLastWebPreferences() ?? {};
  });
}

function windowCount(app: InterlinearApp): Promise<number> {
  return app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
}

const test = base.extend<{ readonly outside: Outside }>({
  outside: async ({ app }, provide) => {
    // What the attempts below provoke, and what Chromium says when it refuses them.
    app.tolerate(/Content Security Policy/, /net::ERR_/, /Not allowed to load local resource/, /Failed to load resource/);
    const outside = await openOutside();
    await provide(outside);
    await outside.close();
    expect(outside.requests, 'requests that left the app').toEqual([]);
  },
});

test('1: nothing remote is loaded, by the page or around its policy', async ({ app, outside }) => {
  const outcomes = await app.page.evaluate(async (address) => {
    const element = (name: 'img' | 'script' | 'iframe' | 'link', attribute: string): Promise<string> =>
      new Promise((resolve) => {
        const made = document.createElement(name);
        if (made instanceof HTMLLinkElement) made.rel = 'stylesheet';
        made.addEventListener('error', () => {
          resolve('refused');
        });
        made.addEventListener('load', () => {
          // A frame that was refused shows an error page of the browser, which also counts as loaded.
          resolve(name === 'iframe' ? 'refused' : 'loaded');
        });
        made.setAttribute(attribute, `${address}/${name}`);
        document.body.append(made);
      });
    const fetched = fetch(`${address}/fetch`).then(
      () => 'loaded',
      () => 'refused',
    );
    return Promise.all([fetched, element('img', 'src'), element('script', 'src'), element('iframe', 'src'), element('link', 'href')]);
  }, outside.address);
  expect(outcomes).toEqual(['refused', 'refused', 'refused', 'refused', 'refused']);
  // Even a request that no policy of a page governs does not leave.
  const direct = await app.electron.evaluate(
    ({ session }, address) => session.defaultSession.fetch(`${address}/direct`).then(() => 'loaded', String),
    outside.address,
  );
  expect(direct).toContain('ERR_BLOCKED_BY_CLIENT');
});

test('2: the page has no Node', async ({ app }) => {
  expect(await webPreferences(app)).toMatchObject({ nodeIntegration: false, nodeIntegrationInSubFrames: false });
  expect(await webPreferences(app)).not.toMatchObject({ nodeIntegrationInWorker: true });
  const found = await app.page.evaluate(() =>
    ['require', 'process', 'module', 'exports', 'Buffer', 'global', '__dirname', 'electron'].filter((name) => name in window),
  );
  expect(found).toEqual([]);
});

test('3: the preload lives in a world of its own', async ({ app }) => {
  expect(await webPreferences(app)).toMatchObject({ contextIsolation: true });
  const replaced = await app.page.evaluate(() => {
    const given = Object.getOwnPropertyDescriptor(window, 'interlinear');
    return { writable: given?.writable, configurable: given?.configurable };
  });
  expect(replaced).toEqual({ writable: false, configurable: false });
});

test('4: the page’s process is sandboxed', async ({ app }) => {
  expect(await webPreferences(app)).toMatchObject({ sandbox: true });
  // In a sandboxed preload only a few modules can be required; ours would have failed to load otherwise, and the page has its API.
  expect(await app.page.evaluate(() => typeof window.interlinear)).toBe('object');
});

test('5: every permission is denied', async ({ app }) => {
  const answers = await app.page.evaluate(async () => {
    const refused = (attempt: Promise<unknown>): Promise<string> =>
      attempt.then(
        () => 'granted',
        () => 'denied',
      );
    const state = async (name: string): Promise<string> => (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      notifications: await Notification.requestPermission(),
      geolocation: await state('geolocation'),
      camera: await state('camera'),
      microphone: await state('microphone'),
      clipboard: await refused(navigator.clipboard.readText()),
      media: await refused(navigator.mediaDevices.getUserMedia({ audio: true })),
      screen: await refused(navigator.mediaDevices.getDisplayMedia()),
    };
  });
  expect(new Set(Object.values(answers)), JSON.stringify(answers)).toEqual(new Set(['denied']));
});

test('6, 8, 9, 10: web security is on, and nothing experimental is', async ({ app }) => {
  const preferences = await webPreferences(app);
  expect(preferences).toMatchObject({ webSecurity: true, allowRunningInsecureContent: false, experimentalFeatures: false });
  expect(preferences.enableBlinkFeatures ?? '').toBe('');
});

test('7: a strict content security policy comes with every answer and is enforced', async ({ app }) => {
  app.tolerate(/Content Security Policy/);
  const policy = await app.page.evaluate(async () => (await fetch('index.html')).headers.get('content-security-policy'));
  expect(policy?.split('; ')).toEqual([
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]);
  const enforced = await app.page.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.inlineRan = true;';
    document.head.append(script);
    const style = document.createElement('style');
    style.textContent = 'html { scroll-behavior: smooth; }';
    document.head.append(style);
    // In a task of its own: what a debugger evaluates directly is exempt.
    const evaluated = await new Promise((resolve) => {
      setTimeout(() => {
        try {
          resolve(Reflect.construct(Function, ['return 1']));
        } catch (error) {
          resolve(error instanceof Error ? error.name : 'threw');
        }
      });
    });
    return { inlineScript: 'inlineRan' in window, inlineStyle: getComputedStyle(document.documentElement).scrollBehavior, evaluated };
  });
  expect(enforced).toEqual({ inlineScript: false, inlineStyle: 'auto', evaluated: 'EvalError' });
});

test('11, 12: there is no webview', async ({ app, outside }) => {
  expect(await webPreferences(app)).toMatchObject({ webviewTag: false });
  const made = await app.page.evaluate((address) => {
    const view = document.createElement('webview');
    view.setAttribute('src', address);
    view.setAttribute('allowpopups', '');
    document.body.append(view);
    return 'getWebContentsId' in view;
  }, outside.address);
  expect(made).toBe(false);
  const prevented = await app.electron.evaluate(({ BrowserWindow }) => {
    let stopped = false;
    BrowserWindow.getAllWindows()[0]?.webContents.emit('will-attach-webview', { preventDefault: () => (stopped = true) }, {}, {});
    return stopped;
  });
  expect(prevented).toBe(true);
});

test('13: the page cannot be navigated away', async ({ app, outside }) => {
  const home = app.page.url();
  const asked = await app.electron.evaluateHandle(({ BrowserWindow }) => {
    const list: { address: string; prevented: boolean }[] = [];
    BrowserWindow.getAllWindows()[0]?.webContents.on('will-frame-navigate', (event) => {
      list.push({ address: event.url, prevented: event.defaultPrevented });
    });
    return list;
  });
  await app.page.evaluate(() => Object.assign(window, { stayed: true }));
  const targets = [`${outside.address}/`, 'app://other/index.html', 'app://interlinear/other.html', 'app://interlinear/index.html?again'];
  // Chromium refuses a file before it asks anybody.
  for (const target of ['file:///etc/passwd', ...targets]) {
    await app.page.evaluate((address) => {
      location.assign(address);
    }, target);
  }
  await expect.poll(() => asked.evaluate((list) => list)).toEqual(targets.map((address) => ({ address, prevented: true })));
  expect(await app.page.evaluate(() => 'stayed' in window)).toBe(true);
  expect(app.page.url()).toBe(home);
});

test('14, 15: no window is opened, inside or outside the app', async ({ app, outside }) => {
  await app.electron.evaluate(({ shell }) => {
    Object.assign(globalThis, { openedOutside: [] as string[] });
    shell.openExternal = (address) => {
      (globalThis as typeof globalThis & { openedOutside: string[] }).openedOutside.push(address);
      return Promise.resolve();
    };
  });
  const opened = await app.page.evaluate(
    (addresses) =>
      addresses.map((address) => {
        const link = document.createElement('a');
        link.href = address;
        link.target = '_blank';
        document.body.append(link);
        link.click();
        return window.open(address);
      }),
    [outside.address, 'https://example.org', 'file:///etc/passwd', 'mailto:nobody@example.org', app.page.url()],
  );
  expect(opened).toEqual([null, null, null, null, null]);
  expect(await windowCount(app)).toBe(1);
  expect(await app.electron.evaluate(() => (globalThis as typeof globalThis & { openedOutside: string[] }).openedOutside)).toEqual([]);
});

test('16: the pinned Electron is an exact version, and what runs is known', async ({ app }) => {
  const pinned: unknown = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'));
  expect(pinned).toHaveProperty('devDependencies.electron', expect.stringMatching(/^\d+\.\d+\.\d+$/));
  const running = await app.electron.evaluate(() => process.versions.electron);
  test.info().annotations.push({ type: 'Electron', description: running });
  expect(running).toMatch(/^\d+\.\d+\.\d+$/);
});

test('17: a call from anything but our page is refused, and so is a malformed one', async ({ app }) => {
  const stranger = app.electron.waitForEvent('window');
  await app.electron.evaluate(({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/out/preload/preload.cjs`;
    const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true, contextIsolation: true } });
    void window.loadURL('data:text/html,<title>stranger</title>');
  });
  const page = await stranger;
  await page.waitForLoadState();
  const refused = await page.evaluate(() =>
    Promise.all([
      window.interlinear.loadWorkspace(),
      window.interlinear.connectEngine(),
      window.interlinear.chooseTrace(),
      window.interlinear.exportRun('run', 'csv'),
      window.interlinear.copyText('stolen'),
    ]),
  );
  for (const reply of refused) expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } });
  await page.close();

  const malformed = await app.page.evaluate(() =>
    Promise.all([
      window.interlinear.exportRun('run', 'exe' as 'csv'),
      window.interlinear.saveFile({ name: 'x', kind: 'sh' as 'csv', data: '' }),
      window.interlinear.copyText(JSON.parse('7') as string),
      window.interlinear.saveWorkspace(JSON.parse('{"schema":1,"seed":-1}') as Workspace),
    ]),
  );
  for (const reply of malformed) expect(reply).toMatchObject({ ok: false, error: { code: 'bad-request' } });
});

test('18: the page comes from a protocol that serves the built page and nothing else', async ({ app }) => {
  app.tolerate(/Failed to load resource/, /Content Security Policy/, /Not allowed to load local resource/);
  expect(app.page.url()).toMatch(/^app:\/\/interlinear\//);
  const statuses = await app.page.evaluate(async () => {
    const paths = [
      'index.html',
      'missing.js',
      '..%2f..%2fpackage.json',
      '%2e%2e/%2e%2e/package.json',
      '..%5c..%5cpackage.json',
      'assets/..%2f..%2f..%2fpackage.json',
      '%00',
      '',
    ];
    return Promise.all(paths.map(async (path) => (await fetch(`/${path}`)).status));
  });
  expect(statuses).toEqual([200, 404, 404, 404, 404, 404, 404, 200]);
  const others = await app.electron.evaluate(
    ({ net }, addresses) => Promise.all(addresses.map((address) => net.fetch(address).then((response) => String(response.status), String))),
    ['app://other/index.html', 'app://interlinear/../../../../etc/passwd', 'app://interlinear/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd'],
  );
  expect(others).toEqual(['404', '404', '404']);
  expect(await app.page.evaluate(() => fetch('file:///etc/passwd').then(() => 'read', String))).toContain('Failed to fetch');
  expect(await app.page.evaluate(async () => (await fetch('index.html', { method: 'POST' })).status)).toBe(405);
});

test('19: the app runs with the fuses that a package turns off', async ({ folder }) => {
  const hardened = await hardenElectron(folder);
  const asNode = spawnSync(hardened, ['--version'], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    timeout: 20_000,
    encoding: 'utf8',
  });
  expect(asNode.stdout).not.toContain(process.version.split('.')[0]);
  const demo = spawnSync(hardened, appArguments(join(folder, 'user-data'), [`--demo=${join(folder, 'demo')}`]), {
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect(demo.status, demo.stderr).toBe(0);
});

test('20: the page is given functions, never Electron’s own objects', async ({ app }) => {
  const given = await app.page.evaluate(() => Object.entries(window.interlinear).map(([name, value]) => [name, typeof value]));
  expect(Object.fromEntries(given)).toEqual({
    platform: 'string',
    connectEngine: 'function',
    restartEngine: 'function',
    onEngineStatus: 'function',
    loadWorkspace: 'function',
    saveWorkspace: 'function',
    chooseTrace: 'function',
    chooseModel: 'function',
    openDropped: 'function',
    onOpenTrace: 'function',
    onMenu: 'function',
    exportRun: 'function',
    saveFile: 'function',
    copyText: 'function',
  });
  const heard = await app.page.evaluateHandle(() => {
    const list: unknown[][] = [];
    window.interlinear.onMenu((...received: unknown[]) => list.push(received));
    return list;
  });
  await app.menu('keys');
  // The command alone: no event, and with it no sender.
  await expect.poll(() => heard.evaluate((list) => list)).toEqual([['keys']]);
});

test('nothing is downloaded', async ({ app }) => {
  const downloads = await app.electron.evaluateHandle(({ session }) => {
    const list: boolean[] = [];
    session.defaultSession.on('will-download', (event) => list.push(event.defaultPrevented));
    return list;
  });
  await app.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x']));
    link.download = 'x.txt';
    link.click();
  });
  await expect.poll(() => downloads.evaluate((list) => list)).toEqual([true]);
});

test('no dictionary is fetched for a spelling check', async ({ app }) => {
  expect(await app.electron.evaluate(({ session }) => session.defaultSession.isSpellCheckerEnabled())).toBe(false);
});
