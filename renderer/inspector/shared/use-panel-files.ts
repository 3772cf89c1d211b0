import { useMemo, type RefObject } from 'react';
import type { PanelFiles } from '../../design/panel-save';
import { panelToPng, panelToSvg } from '../export/save-picture';
import { type Table, toCsv } from '../export/save-table';

/**
 * What a panel can be saved as: its picture, read off the page when asked for, and its data.
 * @param name of the file, without extension
 * @param title stands over the picture
 * @param content the element that is the picture
 * @param table the data; called only when the user saves it
 */
export function usePanelFiles(name: string, title: string, content: RefObject<HTMLElement | null>, table: () => Table): PanelFiles {
  return useMemo(() => {
    const element = (): HTMLElement => {
      if (content.current === null) throw new Error('The panel is not on screen any more');
      return content.current;
    };
    return { name, png: () => panelToPng(element(), title), svg: () => panelToSvg(element(), title), csv: () => toCsv(table()) };
  }, [name, title, content, table]);
}
