import { z } from 'zod';
import type { EngineClient } from '../main/contract/client';
import type { JsonFile } from './json-file';

/** Paths remembered; a session shows four at the most, so the oldest of these are long gone from the screen. */
const remembered = 32;

export const grantedTracesSchema = z.object({ schema: z.literal(1), paths: z.array(z.string()) });

/**
 * Traces outside the runs folder that the user has opened. An engine forgets what it was told when it ends, and the
 * window must find those traces again by the ids it knows, so every new engine is told before the window can ask.
 */
export class GrantedTraces {
  readonly #file: JsonFile<typeof grantedTracesSchema>;

  constructor(file: JsonFile<typeof grantedTracesSchema>) {
    this.#file = file;
  }

  /** Lets the window open the bundle at an absolute path, by the id returned, now and in later sessions. */
  async grant(client: EngineClient, path: string): Promise<string> {
    const { trace } = await client.request('traces.grant', { path });
    const paths = [path, ...this.#paths().filter((other) => other !== path)].slice(0, remembered);
    try {
      this.#file.save({ schema: 1, paths });
    } catch {
      // The trace opens all the same; only the next session will not find it by itself.
    }
    return trace;
  }

  /** Tells a new engine of all of them. */
  async grantAgain(client: EngineClient): Promise<void> {
    await Promise.all(this.#paths().map(async (path) => client.request('traces.grant', { path })));
  }

  #paths(): readonly string[] {
    return this.#file.load()?.paths ?? [];
  }
}
