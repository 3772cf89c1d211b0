import { openBundle } from './bundle-reader';
import { writeBundleFile } from './bundle-writer';
import { writeCsvFile } from './export-csv';

/**
 * Writes the trace at `bundle` to the file `target`, whole or as a table of its steps. Returns the bytes written.
 * @throws InterlinearError what opening a bundle or writing to disk may throw
 */
export async function exportTrace(bundle: string, format: 'bundle' | 'csv', target: string): Promise<number> {
  if (format === 'bundle') return writeBundleFile(bundle, target);
  const opened = await openBundle(bundle);
  try {
    return await writeCsvFile(opened, target);
  } finally {
    await opened.close();
  }
}
