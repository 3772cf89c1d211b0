import type { z } from 'zod';
import { bundleFiles, type Manifest, manifestSchema, manifestVersionSchema, traceSchemaOf, traceSchemaVersion } from '../contract/trace';
import { badTrace, newerTrace } from './bad-trace';
import type { ByteSource } from './byte-source';
import { infoFault } from './check-info';
import { replaceFile, type WriteBytes } from './file-writer';

/** A vocabulary of 300 000 tokens takes some 5 MB. */
const largestManifest = 1 << 26;

export function writeManifest(folder: string, manifest: Omit<Manifest, 'format' | 'schema'>, write?: WriteBytes): Promise<unknown> {
  const whole: Manifest = { format: 'interlinear-trace', schema: traceSchemaOf(manifest.info), ...manifest };
  return replaceFile(folder, bundleFiles.manifest, write, (file) => {
    file.append(Buffer.from(`${JSON.stringify(whole, null, 1)}\n`, 'utf8'));
  });
}

/** @throws InterlinearError `newer-trace`, or `bad-trace` naming the first value that is wrong */
export function readManifest(source: ByteSource): Manifest {
  if (source.size > largestManifest) throw badTrace(source.name, `it is larger than ${largestManifest} bytes`);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(source.read(0, source.size)));
  } catch (thrown) {
    throw badTrace(source.name, 'it is not JSON text in UTF-8', thrown);
  }
  const version = manifestVersionSchema.safeParse(value);
  if (!version.success) throw badTrace(source.name, 'it is not the manifest of a trace', version.error);
  if (version.data.schema > traceSchemaVersion) throw newerTrace(version.data.schema);
  const manifest = manifestSchema.safeParse(value);
  if (!manifest.success) throw badTrace(source.name, firstIssue(manifest.error), manifest.error);
  const fault = infoFault(manifest.data.info);
  if (fault !== null) throw badTrace(source.name, fault);
  return manifest.data;
}

function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.map(String).join('.')}: ${issue.message}` : 'it does not have the fields of a trace';
}
