// The report's sections on the numbers: summary, classes, calibration.
import { calibrate } from '../calibration.js';
import { reliabilityChart } from '../charts/reliability-chart.js';
import { html, type Markup } from '../markup.js';
import { classMetrics, meanDefined, total, wilsonInterval } from '../metrics.js';
import type { Report } from '../report.js';
import { counted, fraction, percent, thousands } from './numbers.js';
import { section, table } from './section.js';

export function summarySection({ accuracy, loss, confusion, skipped, judgements, classes }: Report): Markup {
  const supports = confusion.map(total);
  const pictures = total(supports);
  const right = total(confusion.map((row, i) => row[i]!));
  const [low, high] = wilsonInterval(right, pictures);
  const largest = supports.indexOf(Math.max(...supports));
  const figure = (name: string, value: string, note: string | Markup, kind = 'figure') =>
    html`<div class="${kind}"><dt>${name}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>\n`;
  const chance = html`between ${percent(low)} and ${percent(high)} with 95 % confidence.
Always saying <bdi>${classes[largest]!}</bdi> would give ${percent(supports[largest]! / pictures)}.`;
  const unread =
    skipped.length === 0 ? 'every file could be read' : html`could not be read: <a href="#skipped">which, and why</a>`;
  return html`
<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title" class="unseen">Summary</h2>
<dl class="figures">
${figure('Accuracy', percent(accuracy), chance, 'main')}
${figure('Loss', loss.toFixed(4), 'cross-entropy, nats a picture')}
${figure('Pictures', thousands(pictures), `${thousands(right)} right, ${thousands(pictures - right)} wrong`)}
${figure('Skipped', thousands(skipped.length), unread)}
${figure('Calibration error', calibrate(judgements).error.toFixed(4), '0 where confidence and accuracy agree')}
</dl>
</section>`;
}

export function classesSection({ classes, confusion }: Report): Markup {
  const metrics = classMetrics(confusion);
  const share = (value: number | undefined) =>
    value === undefined
      ? fraction(value)
      : html`${fraction(value)}<span class="meter" aria-hidden="true"><i style="width:${(100 * value).toFixed(1)}%"></i></span>`;
  const shares = (['precision', 'recall', 'f1'] as const).map((name) => metrics.map((own) => own[name]));
  const counts = (['support', 'predicted'] as const).map((name) => metrics.map((own) => own[name]));
  return section(
    'classes',
    'Classes',
    html`<p class="muted">Precision: of the pictures taken for a class, the share that is of it. Recall: of a class’s pictures,
the share that was found. F1 is the harmonic mean of both. A dash stands where there is nothing to divide by.</p>
${table({
  label: 'Classes',
  head: ['class', 'precision', 'recall', 'F1', 'support', 'predicted'],
  body: classes.map((name, i) => [
    html`<bdi>${name}</bdi>`,
    ...shares.map((values) => share(values[i])),
    ...counts.map((values) => thousands(values[i]!)),
  ]),
  foot: [
    'mean of the classes',
    ...shares.map((values) => share(meanDefined(values))),
    ...counts.map((values) => thousands(total(values))),
  ],
})}`,
  );
}

export function calibrationSection({ judgements }: Report): Markup {
  const calibration = calibrate(judgements);
  const numbers = table({
    label: 'Calibration in numbers',
    head: ['probability', 'pictures', 'mean', 'right'],
    body: calibration.bins
      .filter(({ count }) => count > 0)
      .map(({ low, high, count, confidence, accuracy }) => [
        `${low.toFixed(1)} to ${high.toFixed(1)}`,
        thousands(count),
        fraction(confidence),
        fraction(accuracy),
      ]),
  });
  return section(
    'calibration',
    'Calibration',
    html`<p class="muted">Whether it is as often right as it is sure. Points on the dashed line are what a perfectly calibrated
network would have; below it, the network is too sure of itself.</p>
<div class="two">
<figure class="card">${reliabilityChart(calibration)}</figure>
<div>
<p>The expected calibration error is <strong class="number">${calibration.error.toFixed(4)}</strong>: so far, on average over
${counted(judgements.length, 'picture')}, confidence and accuracy lie apart.</p>
${numbers}
</div>
</div>`,
  );
}
