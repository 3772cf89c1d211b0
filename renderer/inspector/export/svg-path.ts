/** Path data of a basic SVG shape in its own coordinates, or null for elements that draw nothing themselves. */
export function svgPath(element: Element): string | null {
  const attribute = (name: string): number => Number.parseFloat(element.getAttribute(name) ?? '0') || 0;
  switch (element.tagName.toLowerCase()) {
    case 'path':
      return element.getAttribute('d');
    case 'line':
      return `M${attribute('x1')} ${attribute('y1')}L${attribute('x2')} ${attribute('y2')}`;
    case 'rect': {
      const [x, y, width, height] = [attribute('x'), attribute('y'), attribute('width'), attribute('height')];
      const r = Math.min(attribute('rx'), width / 2, height / 2);
      if (r === 0) return `M${x} ${y}h${width}v${height}h${-width}Z`;
      const corner = (dx: number, dy: number): string => `a${r} ${r} 0 0 1 ${dx} ${dy}`;
      return `M${x + r} ${y}h${width - 2 * r}${corner(r, r)}v${height - 2 * r}${corner(-r, r)}h${2 * r - width}${corner(-r, -r)}v${2 * r - height}${corner(r, -r)}Z`;
    }
    case 'circle': {
      const [x, y, r] = [attribute('cx'), attribute('cy'), attribute('r')];
      return `M${x - r} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
    }
    case 'polyline':
    case 'polygon': {
      const points = (element.getAttribute('points') ?? '').trim();
      if (points === '') return null;
      return `M${points.split(/\s+/).join('L')}${element.tagName.toLowerCase() === 'polygon' ? 'Z' : ''}`;
    }
    default:
      return null;
  }
}
