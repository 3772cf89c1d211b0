/** A piece of what the model reads. */
export interface ReadPart {
  readonly text: string;
  /** The user wrote it; the rest is the template's. */
  readonly own: boolean;
}

/** Where what the user wrote stands in the text that the model reads. Templates may trim it. Ranges are in characters, in order. */
export function ownRanges(rendered: string, { system, prompt }: { readonly system: string; readonly prompt: string }) {
  const ranges: { start: number; end: number }[] = [];
  const message = prompt.trim();
  const at = message === '' ? -1 : rendered.lastIndexOf(message);
  const before = at < 0 ? rendered : rendered.slice(0, at);
  const instruction = system.trim();
  const systemAt = instruction === '' ? -1 : before.indexOf(instruction);
  if (systemAt >= 0) ranges.push({ start: systemAt, end: systemAt + instruction.length });
  if (at >= 0) ranges.push({ start: at, end: at + message.length });
  return ranges;
}

/** The text in pieces, its own and the template's. */
export function readParts(rendered: string, written: Parameters<typeof ownRanges>[1]): ReadPart[] {
  const parts: ReadPart[] = [];
  let done = 0;
  for (const { start, end } of ownRanges(rendered, written)) {
    parts.push({ text: rendered.slice(done, start), own: false }, { text: rendered.slice(start, end), own: true });
    done = end;
  }
  parts.push({ text: rendered.slice(done), own: false });
  return parts.filter(({ text }) => text !== '');
}
