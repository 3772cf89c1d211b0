import { identity, type Matrix, type Rectangle, type Scene, type Shape } from './scene';
import { svgPath } from './svg-path';

interface Setting {
  readonly left: number;
  readonly top: number;
  readonly shapes: Shape[];
  readonly colour: (value: string) => string | null;
  readonly measure: CanvasRenderingContext2D;
}

/** Any CSS colour, mixed and wide-gamut ones too, as plain `rgb()`; null when nothing of it would be seen. */
function colourReader(context: CanvasRenderingContext2D): (value: string) => string | null {
  const known = new Map<string, string | null>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = '#000000';
    context.fillStyle = value;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    let read: string | null = null;
    if (value !== 'none' && alpha === 255) read = `rgb(${red}, ${green}, ${blue})`;
    else if (value !== 'none' && alpha > 0) read = `rgba(${red}, ${green}, ${blue}, ${Math.round((alpha / 255) * 1000) / 1000})`;
    known.set(value, read);
    return read;
  };
}

function roundedRectangle({ x, y, width, height }: Rectangle, radius: number): string {
  const r = Math.min(radius, width / 2, height / 2);
  if (r <= 0) return `M${x} ${y}h${width}v${height}h${-width}Z`;
  return `M${x + r} ${y}h${width - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${height - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}h${2 * r - width}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - height}a${r} ${r} 0 0 1 ${r} ${-r}Z`;
}

const path = (data: string, fill: string | null, stroke: string | null, strokeWidth: number, opacity: number): Shape => ({
  kind: 'path',
  path: data,
  matrix: identity,
  fill,
  stroke,
  strokeWidth,
  dashes: [],
  opacity,
});

const sides = ['top', 'right', 'bottom', 'left'] as const;

/** Background and borders of one HTML element. Equal borders are one stroke, others a bar each. */
function captureBox(element: Element, style: CSSStyleDeclaration, opacity: number, setting: Setting): void {
  const box = element.getBoundingClientRect();
  if (box.width === 0 || box.height === 0) return;
  const place = { x: box.left - setting.left, y: box.top - setting.top, width: box.width, height: box.height };
  const radius = Number.parseFloat(style.borderTopLeftRadius) || 0;
  const background = setting.colour(style.backgroundColor);
  if (background !== null) setting.shapes.push(path(roundedRectangle(place, radius), background, null, 0, opacity));
  const borders = sides.map((side) => {
    const width =
      style.getPropertyValue(`border-${side}-style`) === 'none'
        ? 0
        : Number.parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0;
    return { width, colour: width > 0 ? setting.colour(style.getPropertyValue(`border-${side}-color`)) : null };
  });
  const [top, right, bottom, left] = borders;
  if (top === undefined || right === undefined || bottom === undefined || left === undefined) return;
  if (top.colour !== null && borders.every((border) => border.width === top.width && border.colour === top.colour)) {
    const inset = {
      x: place.x + top.width / 2,
      y: place.y + top.width / 2,
      width: place.width - top.width,
      height: place.height - top.width,
    };
    setting.shapes.push(path(roundedRectangle(inset, radius), null, top.colour, top.width, opacity));
    return;
  }
  const bar = (rectangle: Rectangle, colour: string | null): void => {
    if (colour !== null) setting.shapes.push(path(roundedRectangle(rectangle, 0), colour, null, 0, opacity));
  };
  bar({ ...place, height: top.width }, top.colour);
  bar({ ...place, y: place.y + place.height - bottom.width, height: bottom.width }, bottom.colour);
  bar({ ...place, width: left.width }, left.colour);
  bar({ ...place, x: place.x + place.width - right.width, width: right.width }, right.colour);
}

/** The pieces of a text node that stand on one line each, with their places in the window. */
function lines(node: Text): { readonly text: string; readonly box: DOMRect }[] {
  const range = document.createRange();
  const found: { text: string; box: DOMRect }[] = [];
  for (const word of node.data.matchAll(/\S+/g)) {
    range.setStart(node, word.index);
    range.setEnd(node, word.index + word[0].length);
    const box = [...range.getClientRects()].at(-1);
    if (box === undefined || box.width === 0) continue;
    const last = found.at(-1);
    if (last !== undefined && Math.abs(last.box.top - box.top) < 2) last.text += ` ${word[0]}`;
    else found.push({ text: word[0], box });
  }
  return found;
}

function captureText(node: Text, style: CSSStyleDeclaration, opacity: number, clip: Rectangle | null, setting: Setting): void {
  const fill = setting.colour(style.color);
  if (fill === null || node.data.trim() === '') return;
  const size = Number.parseFloat(style.fontSize);
  setting.measure.font = `${style.fontWeight} ${size}px ${style.fontFamily}`;
  const { fontBoundingBoxAscent: ascent, fontBoundingBoxDescent: descent } = setting.measure.measureText('x');
  for (const { text, box } of lines(node)) {
    const baseline = box.top + (box.height - ascent - descent) / 2 + ascent;
    const place = { x: box.left - setting.left, y: baseline - setting.top };
    setting.shapes.push({
      kind: 'text',
      text,
      ...place,
      matrix: identity,
      family: style.fontFamily,
      size,
      weight: style.fontWeight,
      fill,
      halo: null,
      opacity,
      clip,
    });
  }
}

function matrixOf(element: SVGGraphicsElement, setting: Setting): Matrix {
  const matrix = element.getScreenCTM();
  return matrix === null ? identity : [matrix.a, matrix.b, matrix.c, matrix.d, matrix.e - setting.left, matrix.f - setting.top];
}

function captureGraphic(element: SVGGraphicsElement, style: CSSStyleDeclaration, opacity: number, setting: Setting): void {
  const matrix = matrixOf(element, setting);
  const fill = setting.colour(style.fill);
  if (element instanceof SVGTextContentElement) {
    if (fill === null || element.textContent.trim() === '') return;
    const start = element.getNumberOfChars() > 0 ? element.getStartPositionOfChar(0) : null;
    if (start === null) return;
    const font = { family: style.fontFamily, size: Number.parseFloat(style.fontSize), weight: style.fontWeight };
    const outline = setting.colour(style.stroke);
    const halo = outline === null ? null : { colour: outline, width: Number.parseFloat(style.strokeWidth) || 0 };
    setting.shapes.push({
      kind: 'text',
      text: element.textContent,
      x: start.x,
      y: start.y,
      matrix,
      ...font,
      fill,
      halo,
      opacity: opacity * Number(style.fillOpacity),
      clip: null,
    });
    return;
  }
  const data = svgPath(element);
  if (data === null) return;
  const stroke = setting.colour(style.stroke);
  const dashes = style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[\s,]+/).map((length) => Number.parseFloat(length));
  const shape = { kind: 'path', path: data, matrix, strokeWidth: Number.parseFloat(style.strokeWidth) || 0, dashes } as const;
  if (fill !== null) setting.shapes.push({ ...shape, fill, stroke: null, opacity: opacity * Number(style.fillOpacity) });
  if (stroke !== null) setting.shapes.push({ ...shape, fill: null, stroke, opacity: opacity * Number(style.strokeOpacity) });
}

function capture(element: Element, opacity: number, clip: Rectangle | null, setting: Setting): void {
  // What belongs on screen but not in a picture, such as buttons.
  if (element.getAttribute('data-picture') === 'skip') return;
  const style = getComputedStyle(element);
  // Text for screen readers is clipped away on screen.
  if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath === 'inset(50%)') return;
  const own = opacity * Number(style.opacity);
  if (own === 0) return;
  let inner = clip;
  if (element instanceof HTMLCanvasElement) {
    const box = element.getBoundingClientRect();
    setting.shapes.push({
      kind: 'image',
      canvas: element,
      place: { x: box.left - setting.left, y: box.top - setting.top, width: box.width, height: box.height },
    });
    return;
  }
  if (element instanceof HTMLElement) {
    captureBox(element, style, own, setting);
    if (style.textOverflow === 'ellipsis') {
      const box = element.getBoundingClientRect();
      inner = { x: box.left - setting.left, y: box.top - setting.top, width: box.width, height: box.height };
    }
  } else if (element instanceof SVGGraphicsElement) {
    if (element instanceof SVGDefsElement || element instanceof SVGClipPathElement) return;
    captureGraphic(element, style, own, setting);
    if (element instanceof SVGTextElement) return;
  } else return;
  for (const child of element.childNodes) {
    if (child instanceof Text && element instanceof HTMLElement) captureText(child, style, own, inner, setting);
    else if (child instanceof Element) capture(child, own, inner, setting);
  }
}

/** Room about the picture and height of its title, in pixels. */
const margin = 16;
const titleHeight = 24;

/** Reads a panel off the page as shapes, as it looks now: HTML boxes and text, SVG, and canvases; under a title. */
export function captureScene(root: HTMLElement, title: string): Scene {
  const measure = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (measure === null) throw new Error('This window has no 2D canvas to measure text with');
  const box = root.getBoundingClientRect();
  const colour = colourReader(measure);
  const style = getComputedStyle(root);
  const setting: Setting = { left: box.left - margin, top: box.top - margin - titleHeight, shapes: [], colour, measure };
  const heading = {
    family: getComputedStyle(document.body).fontFamily,
    size: 13,
    weight: '600',
    fill: colour(style.color) ?? 'rgb(0, 0, 0)',
  };
  setting.shapes.push({
    kind: 'text',
    text: title,
    x: margin,
    y: margin + 11,
    matrix: identity,
    ...heading,
    halo: null,
    opacity: 1,
    clip: null,
  });
  capture(root, 1, null, setting);
  let background: string | null = null;
  for (let element: Element | null = root; element !== null && background === null; element = element.parentElement)
    background = colour(getComputedStyle(element).backgroundColor);
  const width = Math.max(box.width, root.scrollWidth) + 2 * margin;
  return {
    width,
    height: Math.max(box.height, root.scrollHeight) + 2 * margin + titleHeight,
    background: background ?? 'rgb(255, 255, 255)',
    shapes: setting.shapes,
  };
}
