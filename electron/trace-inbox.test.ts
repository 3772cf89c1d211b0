import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../main/contract/errors';
import type { Reply } from '../main/contract/shell';
import { TraceInbox } from './trace-inbox';

const here = import.meta.filename;
const granting = () => new TraceInbox((path) => Promise.resolve(`id of ${path}`));

describe('traces from outside', () => {
  it('wait for a window, then arrive in order', async () => {
    const inbox = granting();
    await inbox.receive(here);
    await inbox.receive('/nowhere/at/all.interlinear');
    const arrived: Reply<{ trace: string }>[] = [];
    inbox.listen((opened) => arrived.push(opened));
    expect(arrived).toMatchObject([
      { ok: true, value: { trace: `id of ${here}` } },
      { ok: false, error: { code: 'unknown-trace', message: 'There is no trace at /nowhere/at/all.interlinear.' } },
    ]);
    await inbox.receive(here);
    expect(arrived).toHaveLength(3);
  });

  it('wait again after the window is gone, and are not delivered twice', async () => {
    const inbox = granting();
    const first: unknown[] = [];
    const second: unknown[] = [];
    inbox.listen((opened) => first.push(opened))();
    await inbox.receive(here);
    inbox.listen((opened) => second.push(opened));
    expect([first.length, second.length]).toEqual([0, 1]);
  });

  it('an old window ending does not cut off the new one', async () => {
    const inbox = granting();
    const arrived: unknown[] = [];
    const end = inbox.listen(() => {});
    inbox.listen((opened) => arrived.push(opened));
    end();
    await inbox.receive(here);
    expect(arrived).toHaveLength(1);
  });

  it('tell the window when the engine refuses', async () => {
    const inbox = new TraceInbox(() => Promise.reject(new InterlinearError('newer-trace', 'Too new.', 'Update.')));
    await expect(inbox.open(here)).rejects.toMatchObject({ code: 'newer-trace' });
    await expect(inbox.open('')).rejects.toMatchObject({ code: 'bad-trace' });
  });
});
