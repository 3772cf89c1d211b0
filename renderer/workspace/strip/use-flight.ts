import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';
import { useThemeRevision } from '../../inspector/shared/use-theme-revision';
import { useServices } from '../../state/services';
import { Flight } from './flight';
import { type FlyingInk, readInk } from './paint-lines';

/**
 * What a strip shows while it is scrolled faster than lines can be laid out: a picture of them on a canvas, until it lands.
 * @param canvas shown in flight
 * @param settle lays the lines in view out
 * @param paint paints them
 * @returns what is to be told of every scroll, in lines
 */
export function useFlight(
  canvas: RefObject<HTMLCanvasElement | null>,
  settle: () => void,
  paint: (canvas: HTMLCanvasElement, ink: FlyingInk) => void,
): (lines: number) => void {
  const { clock } = useServices();
  const theme = useThemeRevision();
  const ink = useRef<{ readonly theme: number; readonly ink: FlyingInk } | null>(null);
  const land = useRef(settle);
  const flight = useRef<Flight | null>(null);
  useLayoutEffect(() => {
    land.current = settle;
  });
  useEffect(() => {
    const own = new Flight(() => {
      land.current();
      // Seen until the lines under it are there.
      void clock.afterPaint().then(() => {
        if (canvas.current !== null && !own.inFlight) canvas.current.hidden = true;
      });
    });
    flight.current = own;
    return () => {
      own.end();
    };
  }, [canvas, clock]);
  return (lines) => {
    const element = canvas.current;
    if (flight.current?.scrolled(lines, performance.now()) !== true || element === null) {
      settle();
      return;
    }
    if (ink.current?.theme !== theme) ink.current = { theme, ink: readInk(element) };
    paint(element, ink.current.ink);
  };
}
