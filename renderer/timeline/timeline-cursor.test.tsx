// @vitest-environment happy-dom
import { cleanup, render } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { TimelineCursor } from './timeline-cursor';

afterEach(cleanup);

/** 11.2 pixels a step: a label of two digits is 24 wide, and from its middle to that of a number it would touch it is less than 23. */
const data = { series: [], xDomain: [1, 31], yDomain: [0, 1], xTicks: [1, 5, 10, 15, 20], yTicks: [] } as const;

function boxes(place: number): number[] {
  const { container } = render(
    <TimelineCursor data={data} width={400} height={100} place={place} label={String(place)} unit="" pinned values={[]} />,
  );
  const middles = [...container.querySelectorAll('rect')].map(
    (box) => Number(box.getAttribute('x')) + Number(box.getAttribute('width')) / 2,
  );
  cleanup();
  return middles.map((middle) => Math.round(1 + (middle - 44) / 11.2));
}

it('leaves no number on the axis half hidden behind its label', () => {
  expect(boxes(7)).toEqual([7]);
  // The number nearby goes as a whole, before the label is drawn.
  expect(boxes(12)).toEqual([10, 12]);
  expect(boxes(16)).toEqual([15, 16]);
  expect(boxes(20)).toEqual([20, 20]);
});
