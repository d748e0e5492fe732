// The report's style: one calm column of paper, system fonts, two colours with a meaning (right, wrong), light and dark.
import { DARK, LIGHT, type Palette } from '../palette.js';

export const STYLE = `
:root { color-scheme: light dark; ${properties(LIGHT)} --least: 0.05; --most: 0.5; }
@media screen and (prefers-color-scheme: dark) { :root { ${properties(DARK)} --least: 0.07; --most: 0.36; } }

* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 var(--sans); overflow-wrap: anywhere; }
:root {
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Open Sans", "DejaVu Sans", sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, Charter, "Bitstream Charter", Georgia, "DejaVu Serif", serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
main, header, footer { max-width: 68rem; margin: 0 auto; padding: 0 clamp(1.25rem, 4vw, 3rem); }
h1, h2, h3 { font-family: var(--serif); font-weight: 600; line-height: 1.2; text-wrap: balance; margin: 0; }
h1 { font-size: clamp(1.9rem, 1.2rem + 3vw, 3rem); letter-spacing: -0.015em; }
h2 { font-size: 1.6rem; letter-spacing: -0.01em; }
h3 { font-size: 1.12rem; }
p { margin: 0.6rem 0 0; max-width: 42rem; }
a { color: var(--accent); text-underline-offset: 0.18em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
.muted { color: var(--muted); }
.number, td, .figures { font-variant-numeric: tabular-nums; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; padding: 0.4rem 0.8rem; background: var(--paper); }

header { padding-top: clamp(2.2rem, 6vw, 4.5rem); }
.kicker { margin: 0 0 0.7rem; color: var(--muted); font-size: 0.86rem; }
nav { margin-top: 1.6rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; margin: 0; padding: 0; list-style: none; font-size: 0.94rem; }
nav a { display: inline-block; padding: 0.3rem 0; color: var(--muted); text-decoration: none; }
nav a:hover { color: var(--accent); text-decoration: underline; }

section { padding: clamp(2rem, 4.5vw, 3.2rem) 0; border-top: 1px solid var(--rule); }
main > section:first-child { border-top: 0; padding-top: 2rem; }
.figures { display: grid; grid-template-columns: 2.3fr repeat(4, minmax(0, 1fr)); gap: 1.4rem 2rem; margin: 0; }
.figures div { border-top: 2px solid var(--rule); padding-top: 0.7rem; }
@media (max-width: 60rem) { .figures { grid-template-columns: repeat(4, minmax(0, 1fr)); } .figures .main { grid-column: 1 / -1; } }
.figures .main { border-top-color: var(--right); }
.figures dt { color: var(--muted); font-size: 0.9rem; }
.figures dd { margin: 0; font-family: var(--serif); font-size: 1.9rem; line-height: 1.25; }
.figures .main dd:first-of-type { font-size: clamp(3rem, 2rem + 5vw, 4.6rem); line-height: 1.05; letter-spacing: -0.03em; }
.figures dd.note { font: 0.88rem/1.45 var(--sans); color: var(--muted); margin-top: 0.2rem; }

.scroll { overflow-x: auto; margin-top: 1.4rem; padding: 3px; }
table { border-collapse: collapse; width: 100%; font-size: 0.95rem; }
th, td { padding: 0.5rem 0.9rem; text-align: right; border-bottom: 1px solid var(--rule); overflow-wrap: normal; }
th { font-weight: 500; color: var(--muted); white-space: nowrap; }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
tbody th { color: var(--ink); font-weight: 600; white-space: normal; overflow-wrap: anywhere; min-width: 6rem; }
tfoot td, tfoot th { color: var(--muted); border-bottom: 0; }
table.numbers td { white-space: nowrap; }
table.texts th, table.texts td { text-align: left; overflow-wrap: anywhere; }
table.texts tbody th { font-weight: 400; padding-right: 2rem; }
.meter { display: inline-block; vertical-align: middle; width: 4.5rem; height: 5px; margin-left: 0.7rem; border-radius: 3px; background: var(--rule); }
.meter i { display: block; height: 100%; border-radius: 3px; background: var(--right); }

.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); gap: 1.6rem; margin-top: 1.6rem; align-items: start; }
.card { background: var(--paper); border: 1px solid var(--rule); border-radius: 10px; padding: 0.6rem; margin: 0; }
.card svg { display: block; width: 100%; height: auto; }
details { margin-top: 1rem; }
summary { cursor: pointer; width: fit-content; }
summary h4 { display: inline; }
.view details { margin-top: 0.5rem; }
.view details[open] { margin-bottom: 1.6rem; }

.matrix text, .reliability text { font: 13px var(--sans); fill: var(--muted); }
.matrix { display: block; }
.matrix-small { max-width: 100%; height: auto; }
.matrix .axis { font-style: italic; }
.matrix .label { fill: var(--ink); }
.matrix .count { fill: var(--ink); font-variant-numeric: tabular-nums; }
.matrix-small .count { font: 600 26px var(--serif); }
.matrix rect { stroke: transparent; stroke-width: 2; fill-opacity: calc(var(--least) + var(--most) * var(--share)); }
.matrix .share { fill: var(--ink); }
.matrix .right rect { fill: var(--right); }
.matrix .wrong rect { fill: var(--wrong); }
.matrix .empty rect { fill: var(--muted); }
.matrix .empty .count { fill: var(--muted); }
.matrix a { cursor: pointer; }
.matrix a:hover rect { stroke: var(--accent); }
.matrix a:focus { outline: none; }
.matrix a:focus-visible rect { stroke: var(--accent); stroke-width: 4; }

.matrix-part { display: grid; grid-template-columns: minmax(0, max-content) minmax(16rem, 1fr); gap: 1rem clamp(1.5rem, 6vw, 5rem); align-items: start; }
.matrix-part.stacked { grid-template-columns: minmax(0, 1fr); }
.matrix-part h3 { margin-top: 1.4rem; }
.confusions { margin: 0.8rem 0 0; padding: 0; list-style: none; }
.confusions li { padding: 0.45rem 0; border-bottom: 1px solid var(--rule); }
.confusions a { color: inherit; text-decoration-color: var(--wrong); }

.reliability .rule { stroke: var(--rule); }
.reliability .base { stroke: var(--muted); }
.reliability .accuracy { fill: var(--right); opacity: 0.22; }
.reliability .counts { fill: var(--muted); opacity: 0.35; }
.reliability .diagonal { stroke: var(--muted); stroke-dasharray: 4 4; }
.reliability .curve { fill: none; stroke: var(--right); stroke-width: 2; stroke-linejoin: round; }
.reliability .point { fill: var(--right); stroke: var(--paper); stroke-width: 1.5; }

.view { margin-top: 2.4rem; }
.view h4 { margin: 1.3rem 0 0; font-size: 0.95rem; font-weight: 600; }
.view h3 span, .view h4 span { font: 0.95rem var(--sans); color: var(--muted); margin-left: 0.4rem; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(10rem, 1fr)); gap: 1.2rem 1rem; margin: 0.8rem 0 0; padding: 0; list-style: none; }
.picture { margin: 0; max-width: 13rem; font-size: 0.85rem; line-height: 1.4; }
.picture img, .picture .gone { display: grid; place-items: center; width: 100%; height: auto; aspect-ratio: 1; object-fit: contain; border-radius: 6px; background: color-mix(in srgb, var(--rule) 55%, var(--page)); color: var(--muted); text-align: center; padding: 0; }
.picture .bar { height: 3px; margin: 0.4rem 0 0.35rem; border-radius: 2px; background: var(--rule); }
.picture .bar i { display: block; height: 100%; border-radius: 2px; background: var(--right); }
.picture.wrong .bar i { background: var(--wrong); }
.picture .verdict { display: block; font-weight: 600; color: var(--right); }
.picture.wrong .verdict { color: var(--wrong); }
.picture .file { display: block; color: var(--muted); font: 0.75rem/1.4 var(--mono); margin-top: 0.15rem; }

dialog { width: min(62rem, 100vw - 2rem); max-height: calc(100vh - 2rem); max-height: calc(100dvh - 2rem); padding: 0; border: 1px solid var(--rule); border-radius: 14px; background: var(--page); color: var(--ink); box-shadow: 0 20px 60px rgb(0 0 0 / 0.3); overflow: auto; overscroll-behavior: contain; }
dialog::backdrop { background: rgb(15 16 18 / 0.55); }
dialog .head { position: sticky; top: 0; z-index: 1; display: flex; gap: 1rem; justify-content: space-between; align-items: start; padding: 1.2rem 1.5rem 1rem; background: var(--page); border-bottom: 1px solid var(--rule); }
dialog .head p { margin-top: 0.25rem; font-size: 0.92rem; }
dialog .pictures { padding: 0 1.5rem 1.5rem; margin-top: 1.2rem; }
dialog:target:not([open]) { display: block; position: static; margin: 1rem 0; }
button { font: inherit; font-size: 0.92rem; color: var(--ink); background: var(--paper); border: 1px solid var(--muted); border-radius: 7px; padding: 0.35rem 0.9rem; cursor: pointer; flex: none; white-space: nowrap; }
button:hover { border-color: var(--accent); color: var(--accent); }
html:has(dialog[open]) { overflow: hidden; }

.made { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.55rem 2rem; margin: 1.2rem 0 0; font-size: 0.95rem; }
.made dt { color: var(--muted); }
.made dd { margin: 0; min-width: 0; }
code, pre { font: 0.86rem/1.5 var(--mono); }
pre { margin: 0; padding: 0.8rem 1rem; white-space: pre-wrap; background: var(--paper); border: 1px solid var(--rule); border-radius: 8px; }
.pairs { margin: 0; padding: 0; list-style: none; }
footer { padding-top: 1.6rem; padding-bottom: 3rem; color: var(--muted); font-size: 0.86rem; }
footer p { margin: 0; }

@media (max-width: 50rem) { .meter { display: none; } }
@media (max-width: 44rem) { .matrix-part { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 34rem) {
  .made { grid-template-columns: 1fr; gap: 0.1rem; }
  .made dd { margin-bottom: 0.8rem; }
  .pictures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .card { margin: 0 -0.4rem; padding: 0.3rem; }
  dialog { width: 100vw; max-width: 100vw; border-radius: 14px 14px 0 0; margin-bottom: 0; }
  dialog .head { padding: 1rem 1.1rem 0.8rem; }
  dialog .pictures { padding: 0 1.1rem 1.2rem; }
  table { font-size: 0.88rem; }
  th, td { padding: 0.5rem 0.4rem; }
  tfoot th { white-space: normal; }
}
@media (prefers-reduced-motion: no-preference) {
  html { scroll-behavior: smooth; }
  .matrix rect { transition: stroke 120ms; }
  dialog[open] { animation: rise 160ms ease-out; }
  @keyframes rise { from { opacity: 0; transform: translateY(8px); } }
}
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 11pt; }
  nav, dialog, .skip, .meter { display: none !important; }
  section { padding: 1.2rem 0; }
  .view, .card, tr, .picture { break-inside: avoid; }
  h2, h3, h4 { break-after: avoid; }
  .pictures { grid-template-columns: repeat(4, 1fr); }
  .scroll { overflow: visible; }
  * { print-color-adjust: exact; }
}
`;

function properties({ page, paper, ink, muted, rule, accent, right, wrong }: Palette): string {
  const colours = { page, paper, ink, muted, rule, accent, right, wrong };
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ');
}
