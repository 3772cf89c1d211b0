import { readFileSync, renameSync } from 'node:fs';
import type { z } from 'zod';
import { writeAtomically } from './write-atomically';

/** One small file of settings, read through its schema. */
export class JsonFile<Schema extends z.ZodType> {
  readonly #path: string;
  readonly #schema: Schema;

  constructor(path: string, schema: Schema) {
    this.#path = path;
    this.#schema = schema;
  }

  /** What was saved, or null where nothing readable is there; an unreadable file is kept aside as `NAME.damaged`. */
  load(): z.output<Schema> | null {
    const text = this.#read();
    if (text === null) return null;
    const parsed = this.#schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    this.#keepAside();
    return null;
  }

  /** @throws NodeJS.ErrnoException when the disk does not take it; the file before it is then still there. */
  save(value: z.output<Schema>): void {
    writeAtomically(this.#path, `${JSON.stringify(value, null, 2)}\n`);
  }

  #read(): string | null {
    try {
      return readFileSync(this.#path, 'utf8');
    } catch {
      // Not there yet, or not ours to read: either way there is nothing to go on from.
      return null;
    }
  }

  #keepAside(): void {
    try {
      renameSync(this.#path, `${this.#path}.damaged`);
    } catch {
      // A folder that may not be written to: the next save will say so to the user.
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
