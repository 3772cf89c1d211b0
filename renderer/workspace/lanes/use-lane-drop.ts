import { type RefObject, useEffect, useState } from 'react';

/** Type of the data dragged when a lane is moved: a lane dropped elsewhere, or a file dropped here, is something else. */
export const laneDragType = 'application/x-interlinear-lane';

/**
 * Takes lanes dropped on a column. A means for the pointer beside the menu's "Move left" and "Move right".
 * @param onDrop called with the key of the lane dropped
 * @returns whether a lane is held over the column
 */
export function useLaneDrop(element: RefObject<HTMLElement | null>, onDrop: (key: string) => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (target === null) return undefined;
    const isLane = (event: DragEvent): boolean => event.dataTransfer?.types.includes(laneDragType) === true;
    const hold = (event: DragEvent): void => {
      if (!isLane(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (): void => {
      setOver(false);
    };
    const drop = (event: DragEvent): void => {
      setOver(false);
      if (!isLane(event)) return;
      event.preventDefault();
      onDrop(event.dataTransfer?.getData(laneDragType) ?? '');
    };
    target.addEventListener('dragover', hold);
    target.addEventListener('dragleave', leave);
    target.addEventListener('drop', drop);
    return () => {
      target.removeEventListener('dragover', hold);
      target.removeEventListener('dragleave', leave);
      target.removeEventListener('drop', drop);
    };
  }, [element, onDrop]);
  return over;
}
