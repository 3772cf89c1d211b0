import { describe, expect, it } from 'vitest';
import { identity, type Scene } from './scene';
import { sceneToSvg } from './scene-svg';

const text = {
  kind: 'text',
  text: 'a < b & "c"',
  x: 4,
  y: 12,
  matrix: identity,
  family: "'Inter Variable', sans-serif",
  size: 12,
  weight: '450',
  fill: 'rgb(0, 0, 0)',
  halo: null,
  opacity: 1,
  clip: null,
} as const;

const scene = (shapes: Scene['shapes']): Scene => ({ width: 100, height: 50, background: 'rgb(255, 255, 255)', shapes });

describe('sceneToSvg', () => {
  it('is a stand-alone file with its size, fonts by name and no style sheet', () => {
    const svg = sceneToSvg(scene([text]));
    expect(svg).toMatch(
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="100" height="50" viewBox="0 0 100 50">/,
    );
    expect(svg).toContain(`font-family="'Inter Variable', sans-serif"`);
    expect(svg).not.toContain('style');
    expect(svg).not.toContain('var(');
  });

  it('escapes text', () => {
    expect(sceneToSvg(scene([text]))).toContain('>a &lt; b &amp; &quot;c&quot;</text>');
  });

  it('writes dashes, transforms and opacity only where there are any', () => {
    const path = {
      kind: 'path',
      path: 'M0 0L9 9',
      matrix: identity,
      fill: null,
      stroke: 'rgb(1, 2, 3)',
      strokeWidth: 2,
      dashes: [],
      opacity: 1,
    } as const;
    const [plain, dashed] = [
      sceneToSvg(scene([path])),
      sceneToSvg(scene([{ ...path, dashes: [6, 3], opacity: 0.5, matrix: [1, 0, 0, 1, 10, 20] }])),
    ];
    expect(plain).toContain('<path d="M0 0L9 9" fill="none" stroke="rgb(1, 2, 3)" stroke-width="2" stroke-linejoin="round"/>');
    expect(dashed).toContain('transform="matrix(1 0 0 1 10 20)"');
    expect(dashed).toContain('stroke-dasharray="6 3"');
    expect(dashed).toContain('opacity="0.5"');
  });
});
