/** Width each panel needs to be read, in pixels, and how much of the spare room it takes. */
const needs: Readonly<Record<string, { readonly least: number; readonly share: number }>> = {
  candidates: { least: 370, share: 4 },
  layers: { least: 400, share: 5.2 },
  attention: { least: 720, share: 8 },
  branches: { least: 480, share: 5.2 },
  trajectory: { least: 340, share: 4.4 },
  cost: { least: 800, share: 8 },
  step: { least: 780, share: 8 },
};

const need = (id: string): { readonly least: number; readonly share: number } => needs[id] ?? { least: 400, share: 5 };

/** The chosen panel, then those kept open beside it, in order, as long as they fit; never more than three. */
export function panesShown<Id extends string>(chosen: Id, beside: readonly Id[], width: number): readonly Id[] {
  const shown = [chosen];
  let room = width - need(chosen).least;
  for (const id of beside) {
    if (id === chosen || shown.length === 3) continue;
    room -= need(id).least;
    if (room < 0) break;
    shown.push(id);
  }
  return shown;
}

/** Columns of the grid for these panels. */
export function paneWidths(shown: readonly string[]): string {
  if (shown.length === 1) return 'minmax(0, 1fr)';
  return shown.map((id) => `minmax(${need(id).least}px, ${need(id).share}fr)`).join(' ');
}
