import type { Page } from '@playwright/test';

/** Texts on screen that end at an edge in the middle of a letter: cut off sideways with no ellipsis, and with no way to scroll to the rest. */
export async function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      if (node.textContent === null || node.textContent.trim() === '' || node.parentElement === null) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const { left, right, width, top, bottom } = range.getBoundingClientRect();
      if (width === 0 || !node.parentElement.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      for (let box: Element | null = node.parentElement; box !== null; box = box.parentElement) {
        const { overflowX, textOverflow, display } = getComputedStyle(box);
        if (display === 'contents' || overflowX === 'visible') continue;
        if (overflowX === 'auto' || overflowX === 'scroll' || textOverflow === 'ellipsis') break;
        const edge = box.getBoundingClientRect();
        // What is for screen readers alone is a pixel wide; what is outside altogether is not cut.
        const shown = edge.width > 1 && right > edge.left && left < edge.right && bottom > edge.top && top < edge.bottom;
        if (shown && (right > edge.right + 1 || left < edge.left - 1))
          found.push(`“${node.textContent.trim().slice(0, 60)}” in ${box.className}`);
        if (shown) break;
      }
    }
    return [...new Set(found)];
  });
}
