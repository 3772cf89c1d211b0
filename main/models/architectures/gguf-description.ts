import type { z } from 'zod';
import type { CheckpointTensor } from '../checkpoint';
import { type Place, unreadable } from './problems';

const place: Place = 'GGUF metadata';

/** As much of a GGUF file as describes its model. Whole numbers of 64 bits may come as bigint. */
export interface GgufFileParts {
  readonly metadata: ReadonlyMap<string, unknown>;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
}

/** Metadata of one architecture, read by the part of the key that follows the architecture's name. */
export class GgufDescription {
  constructor(
    readonly architecture: string,
    readonly file: GgufFileParts,
  ) {}

  has(tensor: string): boolean {
    return this.file.tensors.has(tensor);
  }

  /** @throws InterlinearError `bad-model` when the value is missing or not what the schema asks for */
  get<T>(key: string, schema: z.ZodType<T>): T {
    const full = `${this.architecture}.${key}`;
    const value = this.file.metadata.get(full);
    const parsed = schema.safeParse(typeof value === 'bigint' ? Number(value) : value);
    if (parsed.success) return parsed.data;
    throw unreadable(
      place,
      `“${full}”: ${parsed.error.issues[0]?.message ?? 'unreadable'}.`,
      'The file is damaged or of another kind: download it again.',
    );
  }

  /** Sizes [output, input] of a matrix. @throws InterlinearError `bad-model` when there is none of that name */
  matrix(tensor: string): readonly [output: number, input: number] {
    const [output, input, ...more] = this.file.tensors.get(tensor)?.shape ?? [];
    if (output !== undefined && input !== undefined && more.length === 0) return [output, input];
    throw unreadable(place, `the matrix “${tensor}” is missing.`, 'The file is damaged or of another kind: download it again.');
  }
}
