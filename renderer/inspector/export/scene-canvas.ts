import type { Scene, Shape } from './scene';

function draw(context: CanvasRenderingContext2D, shape: Shape): void {
  switch (shape.kind) {
    case 'path': {
      const path = new Path2D(shape.path);
      context.transform(...shape.matrix);
      context.globalAlpha = shape.opacity;
      if (shape.fill !== null) {
        context.fillStyle = shape.fill;
        context.fill(path);
      }
      if (shape.stroke !== null) {
        context.strokeStyle = shape.stroke;
        context.lineWidth = shape.strokeWidth;
        context.lineJoin = 'round';
        context.setLineDash([...shape.dashes]);
        context.stroke(path);
      }
      return;
    }
    case 'text':
      if (shape.clip !== null) {
        context.beginPath();
        context.rect(shape.clip.x, shape.clip.y, shape.clip.width, shape.clip.height);
        context.clip();
      }
      context.transform(...shape.matrix);
      context.globalAlpha = shape.opacity;
      context.font = `${shape.weight} ${shape.size}px ${shape.family}`;
      if (shape.halo !== null) {
        context.strokeStyle = shape.halo.colour;
        context.lineWidth = shape.halo.width;
        context.lineJoin = 'round';
        context.strokeText(shape.text, shape.x, shape.y);
      }
      context.fillStyle = shape.fill;
      context.fillText(shape.text, shape.x, shape.y);
      return;
    case 'image':
      context.drawImage(shape.canvas, shape.place.x, shape.place.y, shape.place.width, shape.place.height);
      return;
    default:
      shape satisfies never;
  }
}

/**
 * Paints a scene with the page's own fonts. Painting shape by shape rather than loading the SVG as an image keeps the
 * fonts (an SVG image may load none) and needs no exception in the content security policy.
 * @param scale pixels of the picture per CSS pixel
 */
export function sceneToCanvas(scene: Scene, scale: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(scene.width * scale);
  canvas.height = Math.ceil(scene.height * scale);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This window has no 2D canvas to paint the picture on');
  context.scale(scale, scale);
  context.fillStyle = scene.background;
  context.fillRect(0, 0, scene.width, scene.height);
  for (const shape of scene.shapes) {
    context.save();
    draw(context, shape);
    context.restore();
  }
  return canvas;
}
