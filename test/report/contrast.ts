// Contrast of every text on a page against what it stands on, by WCAG 2's formula; runs within the page.
import type { Page } from 'playwright-core';

/** A text that is too faint. */
export interface Faint {
  readonly text: string;
  readonly ratio: number;
}

/** @returns the visible texts whose contrast is below `least` */
export function faintTexts(page: Page, least = 4.5): Promise<Faint[]> {
  return page.evaluate(FIND_FAINT.replace('LEAST', String(least))) as Promise<Faint[]>;
}

/** Text of a script: it works on the page's own document. */
const FIND_FAINT = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const shape = at.matches('.cell') ? at.querySelector('rect') : at.matches('.line-chart') ? at.querySelector('.paper') : null;
      if (shape) {
        const { fill, fillOpacity } = getComputedStyle(shape);
        const [r, g, b, a] = rgba(fill);
        return over([r, g, b, a * Number(fillOpacity)], behind(at.parentElement));
      }
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 1) return colour;
    }
    return [255, 255, 255, 1];
  };
  const faint = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const text = texts.currentNode.data.trim();
    if (text === '' || element.closest('script, style, title') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const back = behind(element);
    const front = over(rgba(element.closest('svg') ? style.fill : style.color), back);
    const [light, dark] = [luminance(front), luminance(back)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (!(ratio >= LEAST)) faint.push({ text, ratio });
  }
  return faint;
})()`;
