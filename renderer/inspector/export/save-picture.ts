import { captureScene } from './capture-scene';
import { sceneToCanvas } from './scene-canvas';
import { sceneToSvg } from './scene-svg';

/** Pixels per CSS pixel of a saved PNG, enough for print. */
const pictureScale = 2;

/** A panel as it looks now, as a stand-alone SVG file. */
export function panelToSvg(panel: HTMLElement, title: string): string {
  return sceneToSvg(captureScene(panel, title));
}

/**
 * A panel as it looks now, as a PNG file.
 * @throws Error when the panel is larger than a canvas may be
 */
export async function panelToPng(panel: HTMLElement, title: string): Promise<Uint8Array<ArrayBuffer>> {
  await document.fonts.ready;
  const canvas = sceneToCanvas(captureScene(panel, title), pictureScale);
  const blob = await new Promise<Blob>((resolve, reject) => {
    canvas.toBlob((made) => {
      if (made === null) reject(new Error(`A picture of ${canvas.width} × ${canvas.height} pixels could not be made`));
      else resolve(made);
    }, 'image/png');
  });
  return new Uint8Array(await blob.arrayBuffer());
}
