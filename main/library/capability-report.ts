import { formatWhole } from '../contract/format-whole';
import { type Device, deviceNames } from '../contract/devices';
import type { ModelSummary } from '../contract/model';
import type { StoredManifest } from '../models/stored-package';

const percent = (share: number): string => `${(100 * share).toPrecision(2)} %`;

/**
 * What a model cannot do and why, in sentences for people, before the first run.
 * @param absent devices the runtime does not bring on this system
 * @param manifest of an imported model; models of the app have none
 */
export function capabilityReport(summary: ModelSummary, absent: readonly Device[], manifest: StoredManifest | null): string[] {
  const { task, maximumPositions, chat, lanes } = summary;
  const notes: string[] = [];
  if (task === 'kin') notes.push('Reads only questions about the families of its names.');
  else {
    notes.push('Its answers are not checked: a free text has no answer known to be right.');
    if (lanes.includes('coconut')) notes.push('Continuous thought is a control here: the model was not trained to think in vectors.');
    if (!chat) notes.push('It has no chat template: prompts are read as they stand.');
  }
  notes.push(
    maximumPositions === null
      ? 'It does not say how many tokens it can read.'
      : `Prompt and answer together have at most ${formatWhole(maximumPositions)} tokens.`,
  );
  if (absent.length > 0) notes.push(`Does not run on ${absent.map((device) => deviceNames[device]).join(', ')} here.`);
  if (manifest) notes.push(...manifest.notes, ...storageNote(manifest));
  return notes;
}

/** The largest error of the weights, where storing them changed them. */
function storageNote({ dtype, quantization: { report } }: StoredManifest): string[] {
  const worst = report.reduce((largest, { relativeError }) => Math.max(largest, relativeError), 0);
  if (worst === 0) return [];
  const changed = report.filter(({ relativeError }) => relativeError > 0).length;
  return [
    `Stored as ${dtype}, ${changed} of ${report.length} weights differ from the published ones, by at most ${percent(worst)} of their size.`,
  ];
}
