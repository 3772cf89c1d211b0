import type { RunInfo } from '../contract/run';

/** Widest model a trace may be of; keeps sizes computed from the file far from what memory can hold. */
const maximumWidth = 1 << 17;

/** What contradicts itself in the description of a run read from disk, or null. The schema has been checked already. */
export function infoFault(info: RunInfo): string | null {
  const { layers, width } = info.model;
  if (width < 1 || width > maximumWidth) return `a model of width ${width} is not possible`;
  if (info.layout.streams !== layers + 1) return `${layers} layers leave ${layers + 1} residual streams, not ${info.layout.streams}`;
  return null;
}
