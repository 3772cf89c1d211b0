import { identity, type Matrix, type Scene, type Shape } from './scene';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const number = (value: number): string => String(Math.round(value * 100) / 100);

function attributes(values: Readonly<Record<string, string | number | null>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string | number] => entry[1] !== null)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? number(value) : escape(value)}"`)
    .join('');
}

const transform = (matrix: Matrix): string | null =>
  matrix.every((value, place) => value === identity[place])
    ? null
    : `matrix(${matrix.map((value) => Math.round(value * 1e4) / 1e4).join(' ')})`;
const unlessOne = (opacity: number): number | null => (opacity === 1 ? null : opacity);

function element(shape: Shape, index: number): string {
  switch (shape.kind) {
    case 'path':
      return `<path${attributes({
        d: shape.path,
        transform: transform(shape.matrix),
        fill: shape.fill ?? 'none',
        stroke: shape.stroke,
        'stroke-width': shape.stroke === null ? null : shape.strokeWidth,
        'stroke-dasharray': shape.stroke === null || shape.dashes.length === 0 ? null : shape.dashes.join(' '),
        'stroke-linejoin': shape.stroke === null ? null : 'round',
        opacity: unlessOne(shape.opacity),
      })}/>`;
    case 'text': {
      const clip = shape.clip === null ? '' : `<clipPath id="clip-${index}"><rect${attributes({ ...shape.clip })}/></clipPath>`;
      const text = `<text${attributes({
        x: shape.x,
        y: shape.y,
        transform: transform(shape.matrix),
        'font-family': shape.family,
        'font-size': shape.size,
        'font-weight': shape.weight,
        fill: shape.fill,
        stroke: shape.halo?.colour ?? null,
        'stroke-width': shape.halo?.width ?? null,
        'stroke-linejoin': shape.halo === null ? null : 'round',
        'paint-order': shape.halo === null ? null : 'stroke',
        opacity: unlessOne(shape.opacity),
        'xml:space': 'preserve',
      })}>${escape(shape.text)}</text>`;
      return shape.clip === null ? text : `${clip}<g clip-path="url(#clip-${index})">${text}</g>`;
    }
    case 'image':
      return `<image${attributes({ ...shape.place, href: shape.canvas.toDataURL('image/png') })}/>`;
    default:
      return shape satisfies never;
  }
}

/** A stand-alone SVG file: presentation attributes only, no style sheet, fonts by name, so that any editor can open it. */
export function sceneToSvg(scene: Scene): string {
  const size = attributes({ width: scene.width, height: scene.height, viewBox: `0 0 ${number(scene.width)} ${number(scene.height)}` });
  const background = `<rect${attributes({ width: scene.width, height: scene.height, fill: scene.background })}/>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<svg xmlns="http://www.w3.org/2000/svg"${size}>\n${[background, ...scene.shapes.map(element)].join('\n')}\n</svg>\n`;
}
