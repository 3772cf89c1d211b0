/**
 * One fault per thing a check is there for, and the words by which the check has to name it. `files` are written into a
 * copy of the project; `change` edits one that is there. Where `only` is given, other tests are taken out of the copy,
 * so that proving one failure does not take as long as the whole suite.
 */
const spec = (body) => `import { expect, test } from '@playwright/test';\n\n${body}\n`;
const unitTest = (body) => `import { expect, it } from 'vitest';\n\n${body}\n`;
const floating = 'async function later(): Promise<number> {\n  return 1;\n}\n\nexport function planted(): void {\n  later();\n}\n';

export const FAULTS = [
  {
    check: 'types',
    fault: 'a number given a text',
    files: { 'main/measures/planted.ts': "export const planted: number = 'text';\n" },
    names: 'TS2322',
  },
  {
    check: 'types',
    fault: 'an array element used as if it had to be there',
    files: { 'main/measures/planted.ts': 'export const planted = (list: readonly number[]): number => list[0];\n' },
    names: 'TS2322',
  },
  { check: 'lint', fault: 'a promise nobody waits for', files: { 'main/measures/planted.ts': floating }, names: 'no-floating-promises' },
  {
    check: 'lint',
    fault: 'an `any`',
    files: { 'main/measures/planted.ts': 'export const planted = (value: any): string => String(value);\n' },
    names: 'no-explicit-any',
  },
  {
    check: 'lint',
    fault: 'an unchecked JSON value passed on',
    files: { 'main/measures/planted.ts': 'export const planted = (text: string): number => JSON.parse(text);\n' },
    names: 'no-unsafe-return',
  },
  {
    check: 'lint',
    fault: 'ipcMain outside electron/ipc.ts',
    files: { 'electron/planted.ts': "import { ipcMain } from 'electron';\n\nexport const planted = ipcMain;\n" },
    names: 'no-restricted-imports',
  },
  {
    check: 'lint',
    fault: 'a switch that forgets a case',
    files: {
      'main/measures/planted.ts':
        "export function planted(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 0;\n}\n",
    },
    names: 'switch-exhaustiveness-check',
  },
  {
    check: 'format',
    fault: 'a file laid out another way',
    files: { 'main/measures/planted.ts': 'export const planted = {a:1}\n' },
    names: 'planted.ts',
  },
  {
    check: 'folders',
    fault: 'the page imports the engine',
    files: {
      'renderer/planted.ts': "import { planted } from '../main/measures/planted';\n\nexport const used = planted;\n",
      'main/measures/planted.ts': 'export const planted = 1;\n',
    },
    names: 'renderer/planted.ts → main/measures/planted.ts',
  },
  {
    check: 'folders',
    fault: 'the engine imports Electron, as a type only and in a file with JSX',
    files: { 'main/host/planted.tsx': "import type { App } from 'electron';\n\nexport const planted = (app: App) => <b>{app.name}</b>;\n" },
    names: 'electron-in-the-shell-only',
  },
  {
    check: 'folders',
    fault: 'a lane imports ONNX Runtime',
    files: { 'main/lanes/planted.ts': "import { Tensor } from 'onnxruntime-node';\n\nexport const planted = Tensor;\n" },
    names: 'sessions-in-the-runtime-only',
  },
  {
    check: 'folders',
    fault: 'the page imports a Node built-in',
    files: { 'renderer/planted.ts': "import { readFileSync } from 'node:fs';\n\nexport const planted = readFileSync;\n" },
    names: 'page-without-node',
  },
  {
    check: 'folders',
    fault: 'the contract imports another folder',
    files: {
      'main/contract/planted.ts': "export { planted } from '../measures/planted';\n",
      'main/measures/planted.ts': 'export const planted = 1;\n',
    },
    names: 'main/contract/planted.ts → main/measures/planted.ts',
  },
  {
    check: 'folders',
    fault: 'two modules import each other',
    files: {
      'main/measures/planted.ts': "import { other } from './other';\n\nexport const planted = (): number => other();\n",
      'main/measures/other.ts': "import { planted } from './planted';\n\nexport const other = (): number => planted();\n",
    },
    names: 'no-circular',
  },
  {
    check: 'dead-code',
    fault: 'a file nobody imports',
    files: { 'main/measures/planted.ts': 'export const planted = 1;\n' },
    names: 'main/measures/planted.ts',
  },
  {
    check: 'dead-code',
    fault: 'an export nobody imports',
    change: { 'main/contract/ids.ts': (text) => `${text}\nexport const plantedExport = 1;\n` },
    names: 'plantedExport',
  },
  {
    check: 'dead-code',
    fault: 'a dependency nobody uses',
    change: { 'package.json': (text) => text.replace('"dependencies": {', '"dependencies": {\n    "left-over-package": "1.0.0",') },
    names: 'left-over-package',
  },
  {
    check: 'notices',
    fault: 'a shipped package without its notice',
    change: { 'THIRD-PARTY-NOTICES.md': (text) => text.replace(/^\| zod .*\n/mu, '') },
    names: 'out of date',
  },
  {
    check: 'build',
    fault: 'an import that leads nowhere',
    change: { 'electron/preload.ts': (text) => `import './planted-nowhere';\n${text}` },
    names: 'planted-nowhere',
  },
  {
    check: 'unit',
    fault: 'a failing test',
    only: /^$/,
    files: { 'main/measures/planted.test.ts': unitTest("it('planted', () => {\n  expect(1 + 1).toBe(3);\n});") },
    names: 'expected 2 to be 3',
  },
  {
    check: 'unit',
    fault: 'a test file that cannot be loaded',
    only: /^$/,
    files: { 'main/measures/planted.test.ts': "import './nowhere';\n" },
    names: 'nowhere',
  },
  {
    check: 'unit',
    fault: 'a type error in a kernel',
    only: /^main\/kernels\/softmax\.test\.ts$/,
    change: { 'main/kernels/assembly/index.ts': (text) => `${text}\nexport function planted(): i32 {\n  return 'text';\n}\n` },
    names: "Type '~lib/string/String' is not assignable to type 'i32'",
  },
  { check: 'unit', fault: 'no tests at all', only: /^$/, names: 'No test files found' },
  {
    check: 'parity',
    fault: 'one bit of the weights turned over',
    change: { 'resources/models/kin/model.safetensors': flipBit },
    // What fails depends on the weight, so here the check has to pass without the fault.
    passesWithout: true,
    names: 'AssertionError',
  },
  {
    check: 'vectors',
    fault: 'half of a vector of 256 bits taken twice',
    only: /^main\/runtime\/product-choice\.parity\.test\.ts$/,
    change: { 'main/kernels/assembly/wide-products.ts': (text) => text.replace('load8x8_u(at, 24)', 'load8x8_u(at, 16)') },
    names: 'AssertionError',
  },
  {
    check: 'python',
    fault: 'a failing test',
    only: /^$/,
    files: { 'main/traces/python/planted.test.ts': unitTest("it('planted', () => {\n  expect(1 + 1).toBe(3);\n});") },
    names: 'expected 2 to be 3',
  },
  {
    check: 'e2e',
    fault: 'a failing test',
    only: /^$/,
    files: { 'e2e/planted.spec.ts': spec("test('planted', () => {\n  expect(1 + 1).toBe(3);\n});") },
    names: 'planted.spec.ts',
  },
];

/** Turns over the top bit of an exponent in the middle of the data: a weight far from what it was, in a file that still reads. */
function flipBit(bytes) {
  const place = Math.floor(bytes.length / 8) * 4 + 3;
  const changed = Buffer.from(bytes);
  changed[place] ^= 0x40;
  return changed;
}
