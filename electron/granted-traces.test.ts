import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EngineClient } from '../main/contract/client';
import { createMemoryPair } from '../main/host/memory-transport';
import { GrantedTraces, grantedTracesSchema } from './granted-traces';
import { JsonFile } from './json-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interlinear-granted-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** An engine that has just started, and what it was told. */
function freshEngine(): { client: EngineClient; told: unknown[] } {
  const pair = createMemoryPair();
  const told: unknown[] = [];
  pair.engine.onMessage((message) => {
    if (message.type !== 'request') return;
    told.push(message.parameters);
    pair.engine.send({ type: 'result', id: message.id, result: { trace: `trace-${told.length}` } });
  });
  return { client: new EngineClient(pair.client), told };
}

const open = () => new GrantedTraces(new JsonFile(join(folder, 'traces.json'), grantedTracesSchema));

describe('granted traces', () => {
  it('are told to the next engine, newest first, each once', async () => {
    const first = freshEngine();
    await expect(open().grant(first.client, '/a.interlinear')).resolves.toBe('trace-1');
    await open().grant(first.client, '/b.interlinear');
    await open().grant(first.client, '/a.interlinear');
    const next = freshEngine();
    await open().grantAgain(next.client);
    expect(next.told).toEqual([{ path: '/a.interlinear' }, { path: '/b.interlinear' }]);
  });

  it('are none at first', async () => {
    const { client, told } = freshEngine();
    await open().grantAgain(client);
    expect(told).toEqual([]);
  });

  it('open even where they cannot be remembered', async () => {
    const { client } = freshEngine();
    const nowhere = new GrantedTraces(new JsonFile('/dev/null/traces.json', grantedTracesSchema));
    await expect(nowhere.grant(client, '/a.interlinear')).resolves.toBe('trace-1');
  });
});
