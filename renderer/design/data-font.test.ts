import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** Rules of a sheet that print in the data face and keep its ligatures. */
function withLigatures(sheet: string): string[] {
  return [...sheet.matchAll(/([^{}]+)\{([^{}]*)\}/gu)].flatMap(([, selector = '', body = '']) => {
    const uses = /font(?:-family)?:[^;]*var\(--font-data\)/u.test(body);
    return uses && !body.includes("'calt' 0") ? [selector.trim()] : [];
  });
}

it('prints no token with ligatures, which make ◁ of <| and ≠ of !=', () => {
  const renderer = join(import.meta.dirname, '..');
  const sheets = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.css'));
  expect(sheets.length).toBeGreaterThan(20);
  expect(sheets.flatMap((sheet) => withLigatures(readFileSync(join(renderer, sheet), 'utf8')).map((rule) => `${sheet} ${rule}`))).toEqual(
    [],
  );
  expect(withLigatures(".a { font: 12px var(--font-data); } .b { font: 12px var(--font-data); font-feature-settings: 'calt' 0; }")).toEqual(
    ['.a'],
  );
});
