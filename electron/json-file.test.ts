import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Workspace, workspaceSchema } from '../main/contract/shell';
import { JsonFile } from './json-file';

let folder: string;
let path: string;
const open = () => new JsonFile(path, workspaceSchema);
const workspace: Workspace = workspaceSchema.parse({
  schema: 1,
  prompt: 'ada→bob ? bob or sue from ada',
  lanes: [{ kind: 'direct' }],
  panels: { inspector: 40 },
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-workspace-'));
  path = join(folder, 'deep', 'workspace.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function put(text: string): void {
  mkdirSync(join(folder, 'deep'));
  writeFileSync(path, text);
}

describe('the workspace file', () => {
  it('is nothing at first, and what was saved afterwards', () => {
    expect(open().load()).toBeNull();
    open().save(workspace);
    expect(open().load()).toEqual(workspace);
  });

  it('fills in what an older version did not write', () => {
    put('{"schema":1,"seed":11}');
    expect(open().load()).toMatchObject({ seed: 11, theme: 'system', lanes: [], traces: [] });
  });

  it.each([
    ['cut off', '{"schema":1,"prom'],
    ['empty', ''],
    ['of another version', '{"schema":2}'],
    ['of another shape', '{"schema":1,"lanes":[{"kind":"telepathy"}]}'],
  ])('that is %s is kept aside, and the defaults hold', (_how, text) => {
    put(text);
    expect(open().load()).toBeNull();
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(text);
    open().save(workspace);
    expect(open().load()).toEqual(workspace);
  });

  it('keeps the old content, and leaves no rubbish, when it cannot be written', () => {
    open().save(workspace);
    const folderInTheWay = join(folder, 'deep', `workspace.json.${process.pid}.tmp`);
    mkdirSync(folderInTheWay);
    expect(() => open().save({ ...workspace, seed: 1 })).toThrow(/EISDIR/);
    expect(open().load()).toEqual(workspace);
    expect(readdirSync(join(folder, 'deep'))).toContain('workspace.json');
  });
});
