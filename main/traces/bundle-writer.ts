import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { Zip, ZipPassThrough } from 'fflate';
import { InterlinearError } from '../contract/errors';
import { bundleFiles } from '../contract/trace';
import { openBundle } from './bundle-reader';
import { type ByteSource, chunksOf, openFile } from './byte-source';
import { type FileWriter, replaceFile, type WriteBytes } from './file-writer';
import { openBundleFiles } from './open-bundle-files';
import { sealBundle } from './seal';

/** The classic zip format counts in 32 bits; what surrounds the data takes a few hundred bytes. */
const largestZip = 0xffff_ffff - 4096;
const packedNames = [bundleFiles.manifest, bundleFiles.steps, bundleFiles.branches, bundleFiles.tensors];

/**
 * Turns the journal an interrupted run left into a finished bundle, so that other programs can read it too. Does nothing to a
 * finished bundle. Not for a run that is still being recorded.
 */
async function finishInterrupted(path: string): Promise<void> {
  const { content } = await openBundle(path);
  if (content.outcome.status === 'interrupted') await sealBundle(path, content);
  else content.close();
}

/**
 * Writes a recorded run as one `.interlinear` file. Its files are stored, not compressed: Parquet is compressed already,
 * residual streams do not compress, and what is stored can be read in place. The same bundle gives the same bytes.
 * @param source a bundle folder, or a zipped bundle, which is copied
 * @returns bytes written
 * @throws InterlinearError `unsupported` for a bundle of 4 GB or more, and what opening a bundle or writing to disk may throw
 */
export async function writeBundleFile(source: string, target: string, write?: WriteBytes): Promise<number> {
  const folder = statSync(source, { throwIfNoEntry: false })?.isDirectory() === true;
  if (folder) await finishInterrupted(source);
  const fill = folder ? (file: FileWriter) => zipInto(file, source) : (file: FileWriter) => copyInto(file, source);
  const { bytes } = await replaceFile(dirname(target), basename(target), write, fill);
  return bytes;
}

async function copyInto(file: FileWriter, path: string): Promise<void> {
  openBundleFiles(path).close();
  const source = openFile(path, basename(path));
  try {
    for await (const chunk of chunksOf(source)) file.append(chunk);
  } finally {
    source.close();
  }
}

async function zipInto(file: FileWriter, folder: string): Promise<void> {
  const files = openBundleFiles(folder);
  try {
    if (files.bytes > largestZip) {
      throw new InterlinearError('unsupported', 'The trace is larger than the 4 GB one file may hold', 'Share the trace folder as it is.');
    }
    const zip = new Zip((error, chunk) => {
      if (error) throw error;
      file.append(chunk);
    });
    for (const name of packedNames) {
      const source = await files.open(name);
      if (source) await addStored(zip, name, source);
    }
    zip.end();
  } finally {
    files.close();
  }
}

async function addStored(zip: Zip, name: string, source: ByteSource): Promise<void> {
  const entry = new ZipPassThrough(name);
  // The earliest date the format has: the archive says nothing of when it was made.
  entry.mtime = new Date(1980, 0, 1);
  zip.add(entry);
  for await (const chunk of chunksOf(source)) entry.push(chunk);
  entry.push(new Uint8Array(0), true);
}
