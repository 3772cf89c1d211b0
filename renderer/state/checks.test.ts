import { describe, expect, it } from 'vitest';
import type { RequestOptions } from '../../main/contract/client';
import { InterlinearError } from '../../main/contract/errors';
import { checkOf, Checks, checkText } from './checks';

const of = { model: 'kin', device: 'webgpu' } as const;
const doing = { what: 'Comparing', pass: 2, passes: 12 };

/** A check that goes on until it is stopped or told to end. */
function begin(checks: Checks) {
  let options: RequestOptions = {};
  let end = (_found: string): void => undefined;
  const answer = checks.follow(of, async (given) => {
    options = given;
    return new Promise<string>((resolve, reject) => {
      end = resolve;
      given.signal?.addEventListener('abort', () => reject(new InterlinearError('cancelled', 'Stopped.')));
    });
  });
  return { answer, say: () => options.onDoing?.(doing), end: (found: string) => end(found) };
}

const shown = (checks: Checks): string[] => [...checks.store.getState().running.values()].map(checkText);

describe('checks', () => {
  it('say how far they are, and are gone when they are answered', async () => {
    const checks = new Checks();
    const { answer, say, end } = begin(checks);
    expect(shown(checks)).toEqual(['Asking the engine…']);
    say();
    expect(shown(checks)).toEqual(['Comparing: pass 2 of 12']);
    expect(checkOf(checks.store.getState().running, of)?.doing).toEqual(doing);
    expect(checkOf(checks.store.getState().running, { ...of, device: null })).toBeUndefined();
    end('equal');
    expect(await answer).toBe('equal');
    expect(shown(checks)).toEqual([]);
  });

  it('are not made twice at once', async () => {
    const checks = new Checks();
    const { answer, end } = begin(checks);
    expect(await begin(checks).answer).toBeNull();
    end('equal');
    expect(await answer).toBe('equal');
  });

  it('that are stopped say so until the engine has, and are no failure', async () => {
    const checks = new Checks();
    const { answer, say } = begin(checks);
    expect(checks.stopAll()).toBe(true);
    say();
    expect(shown(checks)).toEqual(['Stopping after the pass under way…']);
    expect(await answer).toBeNull();
    expect(checks.stopAll()).toBe(false);
  });

  it('that fail are a failure', async () => {
    const failing = new Checks().follow(of, async () => Promise.reject(new InterlinearError('unsupported', 'No adapter.')));
    await expect(failing).rejects.toMatchObject({ message: 'No adapter.' });
  });
});
