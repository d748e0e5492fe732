// The report's sections on where it comes from: training curves, skipped pictures, how it was made.
import { lineChart } from '../charts/line-chart.js';
import { html, type Markup, trusted } from '../markup.js';
import type { Report } from '../report.js';
import type { LoggedEpoch } from '../training-log.js';
import { counted, fileSize, timestamp } from './numbers.js';
import { section, table } from './section.js';

export function trainingSection({ log }: Report): Markup {
  const missing = 'missing' in log ? log.missing : log.epochs.length === 0 && `The log ${log.path} has no epochs.`;
  const content = missing ? html`<p class="muted">There are no training curves. ${missing}</p>` : undefined;
  return section('training', 'Training', content ?? ('path' in log ? curves(log.path, log.epochs) : html``));
}

function curves(path: string, epochs: readonly LoggedEpoch[]): Markup {
  const seconds = epochs.reduce((sum, epoch) => sum + (epoch.seconds ?? 0), 0);
  const validated = epochs.filter(({ valLoss }) => valLoss !== undefined && Number.isFinite(valLoss));
  const best = validated.toSorted((a, b) => a.valLoss! - b.valLoss!)[0];
  const rates = new Set(epochs.flatMap(({ learningRate }) => learningRate ?? []));
  const marked = best && validated.length > 1 ? best : undefined;
  const facts = [
    counted(epochs.length, 'epoch'),
    ...(seconds > 0 ? [`${Math.round(seconds).toLocaleString('en-GB')} s`] : []),
    ...(rates.size === 1 ? [`learning rate ${[...rates][0]}`] : []),
    ...(best ? [`lowest validation loss ${best.valLoss!.toFixed(4)} in epoch ${best.epoch}`] : ['no validation']),
  ];
  const chart = (title: string, label: string, of: 'loss' | 'acc', ofValid: 'valLoss' | 'valAcc') => {
    const valid = epochs.flatMap((epoch): [number, number][] =>
      epoch[ofValid] === undefined ? [] : [[epoch.epoch, epoch[ofValid]]],
    );
    const y = marked?.[ofValid];
    const mark =
      marked && y !== undefined ? { x: marked.epoch, y, label: `lowest loss: epoch ${marked.epoch}` } : undefined;
    const drawing = lineChart({
      ...{ title, x: { label: 'epoch' }, y: { label } },
      series: [
        { name: 'training', points: epochs.map((epoch) => [epoch.epoch, epoch[of]]) },
        ...(valid.length > 0 ? [{ name: 'validation', points: valid }] : []),
      ],
      ...(mark ? { mark } : {}),
    });
    return html`<figure class="card">${trusted(drawing)}</figure>`;
  };
  return html`<p class="muted">${facts.join(', ')}. From <code>${path}</code>.</p>
<div class="two">${chart('Loss', 'cross-entropy, nats', 'loss', 'valLoss')}
${chart('Accuracy', 'share that is right', 'acc', 'valAcc')}</div>`;
}

export function skippedSection({ skipped }: Report): Markup {
  if (skipped.length === 0) {
    return section('skipped', 'Skipped pictures', html`<p class="muted">None: every picture could be read.</p>`);
  }
  const are = skipped.length === 1 ? 'is' : 'are';
  const list = table({
    label: 'Skipped pictures',
    head: ['file', 'reason'],
    body: skipped.map(({ file, reason }) => [html`<code><bdi>${file}</bdi></code>`, reason]),
    texts: true,
  });
  return section(
    'skipped',
    'Skipped pictures',
    html`<p class="muted">${counted(skipped.length, 'file')} could not be read, and ${are} in none of the numbers.</p>
${list}`,
  );
}

export function madeSection({ command, seed, views, weights, adapter, date, version, directory }: Report): Markup {
  return section(
    'made',
    'How this was made',
    html`<dl class="made">
<dt>Command</dt><dd><pre>${command}</pre></dd>
<dt>Pictures</dt><dd><code>${directory}</code></dd>
<dt>Weights</dt><dd><code>${weights.file}</code>, ${fileSize(weights.bytes)}</dd>
<dt>Trained with</dt><dd>${trainingArguments(weights.training)}</dd>
<dt>Seed</dt><dd>${seed} <span class="muted">(which pictures are shown “at random”, ${views} a view)</span></dd>
<dt>Adapter</dt><dd>${adapter}</dd>
<dt>Date</dt><dd><time datetime="${date.toISOString()}">${timestamp(date)}</time></dd>
<dt>Version</dt><dd>vggpu ${version}</dd>
</dl>`,
  );
}

/** The arguments of the training run that the weights' file names; those that were not used are left out. */
function trainingArguments(training: Report['weights']['training']): Markup {
  const used = Object.entries(training ?? {}).filter(([, value]) => value !== null && value !== undefined);
  if (used.length === 0) return html`<span class="muted">the file does not say</span>`;
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return html`<ul class="pairs">
${used.map(([name, value]) => html`<li><span class="muted">${name}</span> <code>${text(value)}</code></li>\n`)}</ul>`;
}
