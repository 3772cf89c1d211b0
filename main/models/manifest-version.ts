import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** Version of a model's `interlinear.json`: 1 for embedded models, 2 and up for imported ones. Whoever opens it says what is wrong with one that cannot be read: 1. */
export async function manifestVersion(folder: string): Promise<number> {
  try {
    return z.object({ schema: z.number() }).parse(JSON.parse(await readFile(join(folder, 'interlinear.json'), 'utf8'))).schema;
  } catch {
    return 1;
  }
}
