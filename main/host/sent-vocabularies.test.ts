import { describe, expect, it } from 'vitest';
import { EngineClient } from '../contract/client';
import { modelsOfRun } from '../contract/lane-models';
import type { EngineMessage, RunEvent } from '../contract/protocol';
import type { RunInfo } from '../contract/run';
import { sampleInfo, vocabulary } from '../traces/testing/sample-run';
import { twoModelInfo } from '../traces/testing/two-models';
import { Connection, type Handlers } from './connection';
import { createMemoryPair } from './memory-transport';

const started = (run: string, info: RunInfo): RunEvent => ({ type: 'started', run, info, recorded: false });
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function deliver(...runs: readonly RunInfo[]): Promise<{ sent: EngineMessage[]; received: RunInfo[] }> {
  const pair = createMemoryPair();
  const sent: EngineMessage[] = [];
  const received: RunInfo[] = [];
  const connection = new Connection(pair.engine, 'window', {} as Handlers);
  pair.client.onMessage((message) => sent.push(message));
  new EngineClient(pair.client).onEvents((events) => {
    for (const event of events) if (event.type === 'started') received.push(event.info);
  });
  for (const [place, info] of runs.entries()) {
    connection.push(started(String(place), info));
    await settle();
  }
  return { sent, received };
}

describe('a vocabulary', () => {
  it('crosses once for all runs that have it, and every run has it whole', async () => {
    const { sent, received } = await deliver(sampleInfo, { ...sampleInfo, vocabulary: [...vocabulary] }, sampleInfo);
    expect(sent.map(({ type }) => type)).toEqual(['vocabulary', 'events', 'events', 'events']);
    expect(received).toEqual([sampleInfo, sampleInfo, sampleInfo]);
    // The window keeps it once, too.
    expect(received[1]?.vocabulary).toBe(received[0]?.vocabulary);
    for (const message of sent) if (message.type === 'events') expect(JSON.stringify(message)).not.toContain('späť');
  });

  it('of each model of a run finds its own', async () => {
    const { received } = await deliver(sampleInfo, twoModelInfo);
    expect(received[1]).toEqual(twoModelInfo);
    expect(modelsOfRun(twoModelInfo).length).toBeGreaterThan(1);
  });

  it('of a model that says it is another, with other words, is not mistaken for that one’s', async () => {
    const forged = { ...sampleInfo, vocabulary: vocabulary.map((word) => `${word}!`) };
    const { received } = await deliver(forged, sampleInfo);
    expect(received.map((info) => info.vocabulary[2])).toEqual(['bob!', 'bob']);
  });

  it('that was never sent ends the connection', async () => {
    const pair = createMemoryPair();
    const client = new EngineClient(pair.client);
    const lost = new Promise((resolve) => client.onLost(resolve));
    const info: RunInfo = { ...sampleInfo, vocabulary: [] };
    const event: RunEvent = { type: 'started', run: 'r', info, recorded: false, vocabularies: ['x'] };
    pair.engine.send({ type: 'events', sequence: 0, events: [event] });
    await expect(lost).resolves.toMatchObject({ code: 'internal' });
  });
});
