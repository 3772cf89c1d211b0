import { Download } from 'lucide-react';
import { createContext, use } from 'react';
import { toErrorReport } from '../../main/contract/errors';
import type { SaveFile } from '../../main/contract/shell';
import { IconButton } from './icon-button';
import { Menu, type MenuEntry } from './menu';
import { showError } from './toast';

/** What a panel can be saved as; each is made only when it is asked for. */
export interface PanelFiles {
  /** File name without extension. */
  readonly name: string;
  readonly png?: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly svg?: () => string;
  readonly csv?: () => string;
}

/** Shows the save dialog and writes the file; provided by the window. */
export const SaveFileContext = createContext<(file: SaveFile) => Promise<void>>(() => Promise.resolve());

export function PanelSave({ title, files }: { readonly title: string; readonly files: PanelFiles }) {
  const save = use(SaveFileContext);
  const entry = (kind: SaveFile['kind'], label: string, make: () => SaveFile['data'] | Promise<SaveFile['data']>): MenuEntry => ({
    key: kind,
    label,
    onSelect: () => {
      Promise.resolve()
        .then(make)
        .then((data) => save({ name: files.name, kind, data }))
        .catch((thrown: unknown) => {
          showError(toErrorReport(thrown));
        });
    },
  });
  const entries: MenuEntry[] = [];
  if (files.png !== undefined) entries.push(entry('png', 'Picture (PNG)…', files.png));
  if (files.svg !== undefined) entries.push(entry('svg', 'Drawing (SVG)…', files.svg));
  if (files.csv !== undefined) entries.push(entry('csv', 'Data (CSV)…', files.csv));
  if (entries.length === 0) return null;
  return (
    <Menu
      align="end"
      entries={entries}
      trigger={
        <IconButton label={`Save ${title} as`}>
          <Download size={14} aria-hidden="true" />
        </IconButton>
      }
    />
  );
}
