import { join, resolve, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageFile } from './page-address';

const root = resolve('/app/out/renderer');

describe('addresses of the page', () => {
  it('stand for files below the root', () => {
    expect(pageFile(root, 'app://interlinear/')).toBe(join(root, 'index.html'));
    expect(pageFile(root, 'app://interlinear/index.html?x=1#step')).toBe(join(root, 'index.html'));
    expect(pageFile(root, 'app://interlinear/assets/a%20b.js')).toBe(join(root, 'assets', 'a b.js'));
  });

  it.each([
    'app://interlinear/../../package.json',
    'app://interlinear/..%2f..%2fpackage.json',
    'app://interlinear/%2e%2e/%2e%2e/package.json',
    'app://interlinear/assets/..%5c..%5c..%5cpackage.json',
    'app://interlinear/%00index.html',
    'app://interlinear/%',
    'app://interlinear/..%2frenderer-other/index.html',
    'app://other/index.html',
    'app://interlinear:80/index.html',
    'app://user@interlinear/index.html',
    'file:///etc/passwd',
    'https://interlinear/index.html',
    'not an address',
  ])('%s stands for nothing outside', (address) => {
    const file = pageFile(root, address);
    expect(file === null || file.startsWith(root + sep)).toBe(true);
    expect(file === null || address.startsWith('app://interlinear/')).toBe(true);
  });

  it('never leave the root, whatever the path', () => {
    const piece = fc.constantFrom('..', '.', '%2e%2e', '%2E.', '/', '%2f', '\\', '%5c', 'a', '%00', '%', '//', '?', '#', '%252e%252e');
    const outside = fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const file = pageFile(root, `app://interlinear/${pieces.join('')}`);
      return file === null || file.startsWith(root + sep);
    });
    expect(fc.check(outside, { numRuns: 2000 })).toMatchObject({ failed: false });
  });
});
