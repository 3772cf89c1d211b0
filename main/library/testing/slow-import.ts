import { writeSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { importModel } from '../import-model';
import { ProgressMeter } from '../progress-meter';
import { importTools } from './import-tools';

/** A process that imports `argv[3]` into the library `argv[2]` and says how many pieces of the weights it has written; it never ends. */
const [, , library = '', path = ''] = process.argv;

await importModel(
  { source: { kind: 'path', path }, quantize: 'auto' },
  importTools(library, {
    convert: async ({ target }) => {
      for (let piece = 1; ; piece++) {
        await appendFile(target, Buffer.alloc(1 << 16));
        writeSync(1, `${piece}\n`);
      }
    },
  }),
  { meter: new ProgressMeter(() => 0), signal: new AbortController().signal },
);
