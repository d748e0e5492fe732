// The report's colours, light and dark: dark enough on their paper for text (WCAG AA), and told apart by the colour-blind.

export interface Palette {
  /** Behind everything, and behind what stands on a card. */
  readonly page: string;
  readonly paper: string;
  /** Text, lesser text, hairlines. */
  readonly ink: string;
  readonly muted: string;
  readonly rule: string;
  /** Links and focus; what the model got right; what it got wrong. */
  readonly accent: string;
  readonly right: string;
  readonly wrong: string;
  /** Lines of a chart, in this order. */
  readonly series: readonly string[];
}

export const LIGHT: Palette = {
  page: '#f7f5f0',
  paper: '#fffefb',
  ink: '#1d1e22',
  muted: '#5a5d64',
  rule: '#e2ded5',
  accent: '#22638f',
  right: '#22638f',
  wrong: '#b04416',
  series: ['#22638f', '#b04416', '#2c7a5c', '#7a4c9c', '#82630e', '#a63a5f'],
};

export const DARK: Palette = {
  page: '#131416',
  paper: '#1b1d20',
  ink: '#eceae5',
  muted: '#a9acb3',
  rule: '#34373d',
  accent: '#86bde6',
  right: '#86bde6',
  wrong: '#f0a072',
  series: ['#86bde6', '#f0a072', '#7ccaa8', '#c3a0e0', '#d9bf6c', '#ef9bb8'],
};
