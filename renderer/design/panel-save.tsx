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
  /** What the data is, where the panel holds more than that. */
  readonly csvLabel?: string;
  /** What there is besides; made in a while, so it may be stopped, which gives null. */
  readonly others?: readonly OtherFile[];
}

export interface OtherFile {
  readonly label: string;
  readonly note: string;
  readonly make: () => Promise<SaveFile | null>;
}

/** Shows the save dialog and writes the file; provided by the window. */
export const SaveFileContext = createContext<(file: SaveFile) => Promise<void>>(() => Promise.resolve());

export function PanelSave({ title, files }: { readonly title: string; readonly files: PanelFiles }) {
  const save = use(SaveFileContext);
  const begin = (make: () => Promise<SaveFile | null>): void => {
    make()
      .then((file) => file && save(file))
      .catch((thrown: unknown) => {
        showError(toErrorReport(thrown));
      });
  };
  const entry = (kind: SaveFile['kind'], label: string, make: () => SaveFile['data'] | Promise<SaveFile['data']>): MenuEntry => ({
    key: kind,
    label,
    onSelect: () => {
      begin(async () => ({ name: files.name, kind, data: await make() }));
    },
  });
  const entries: MenuEntry[] = [];
  if (files.png !== undefined) entries.push(entry('png', 'Picture (PNG)…', files.png));
  if (files.svg !== undefined) entries.push(entry('svg', 'Drawing (SVG)…', files.svg));
  if (files.csv !== undefined) entries.push(entry('csv', files.csvLabel ?? 'Data (CSV)…', files.csv));
  for (const { label, note, make } of files.others ?? []) {
    entries.push({
      key: label,
      label,
      note,
      onSelect: () => {
        begin(make);
      },
    });
  }
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
