import type { MenuCommand } from '../../../main/contract/shell';

/** Something the window can do: by name in the palette, by key, or by the shell's menu. */
export interface Action {
  readonly id: string;
  readonly title: string;
  readonly group: 'Run' | 'Cursor' | 'Lanes' | 'Runs' | 'Models' | 'Presets' | 'Examples' | 'View' | 'Help';
  /** In the form of tinykeys. */
  readonly keys?: string;
  /** Works while a text field has the focus. */
  readonly inFields?: boolean;
  readonly menu?: MenuCommand;
  readonly enabled: () => boolean;
  readonly run: () => void | Promise<void>;
}

export const always = (): boolean => true;
