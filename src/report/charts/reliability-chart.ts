// The reliability curve: how often a network is right at each level of confidence, and how many pictures that is.
import type { Calibration, CalibrationBin } from '../calibration.js';
import { html, type Markup } from '../markup.js';

const [WIDTH, HEIGHT] = [480, 430];
const [LEFT, RIGHT, TOP, BOTTOM] = [52, WIDTH - 16, 34, 296];
/** The strip of counts below the curve. */
const COUNTS = { top: 330, bottom: HEIGHT - 46 };

/** Bars are accuracies, the diagonal what a perfectly calibrated network would have. Its style is the page's. */
export function reliabilityChart({ bins, error }: Calibration): Markup {
  const x = (share: number) => LEFT + share * (RIGHT - LEFT);
  const y = (share: number) => BOTTOM - share * (BOTTOM - TOP);
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const bar = ({ low, high }: CalibrationBin, top: number, bottom: number) =>
    html`<rect x="${x(low) + 1.5}" y="${round(top)}" width="${round(x(high) - x(low) - 3)}" height="${round(Math.max(0, bottom - top))}" rx="2"/>`;
  const filled = bins.filter(({ count }) => count > 0);
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1];
  return html`<svg class="reliability" role="img" aria-label="Reliability curve: expected calibration error ${error.toFixed(4)}" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}">
<text x="12" y="18">share that is right</text>
${ticks.map((tick) => html`<path class="rule" d="M${LEFT},${round(y(tick))}H${RIGHT}"/><text x="${LEFT - 8}" y="${round(y(tick) + 4.5)}" text-anchor="end">${tick.toFixed(1)}</text>`)}
<g class="accuracy">${filled.map((bin) => bar(bin, y(bin.accuracy!), BOTTOM))}</g>
<path class="diagonal" d="M${x(0)},${y(0)}L${x(1)},${y(1)}"/>
<path class="curve" d="${filled.map(({ confidence, accuracy }, i) => `${i === 0 ? 'M' : 'L'}${round(x(confidence!))},${round(y(accuracy!))}`).join('')}"/>
${filled.map((bin) => html`<circle class="point" cx="${round(x(bin.confidence!))}" cy="${round(y(bin.accuracy!))}" r="4"><title>${says(bin)}</title></circle>`)}
<text x="12" y="${COUNTS.top - 10}">pictures</text>
<g class="counts">${filled.map((bin) => bar(bin, COUNTS.bottom - (bin.count / most) * (COUNTS.bottom - COUNTS.top - 16), COUNTS.bottom))}</g>
${filled.map((bin) => html`<text class="count" x="${round(x((bin.low + bin.high) / 2))}" y="${round(COUNTS.bottom - (bin.count / most) * (COUNTS.bottom - COUNTS.top - 16) - 4)}" text-anchor="middle">${bin.count}</text>`)}
<path class="base" d="M${LEFT},${COUNTS.bottom}H${RIGHT}"/>
${ticks.map((tick) => html`<text x="${x(tick)}" y="${COUNTS.bottom + 18}" text-anchor="middle">${tick.toFixed(1)}</text>`)}
<text x="${RIGHT}" y="${COUNTS.bottom + 38}" text-anchor="end">probability of the predicted class</text>
</svg>`;
}

function says({ count, confidence, accuracy }: CalibrationBin): string {
  return `${count} pictures: ${accuracy!.toFixed(3)} right at a mean confidence of ${confidence!.toFixed(3)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
