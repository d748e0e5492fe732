// `vggpu summary`: Keras' table of a weights file.
import type { Command } from 'commander';
import { describeLayers, type LayerFacts, type LayerSpec } from '../nn/specification.js';
import { describeModel } from '../vgg16/describe.js';
import { describeOptionsOf, type WeightsOptions, withLayout, withModelFile } from './options.js';

const KERAS_NAMES: Record<LayerSpec['kind'], string> = {
  conv3x3: 'Conv2D',
  maxPool: 'MaxPooling2D',
  globalAveragePool: 'GlobalAveragePooling2D',
  flatten: 'Flatten',
  standardize: 'Standardize',
  dropout: 'Dropout',
  dense: 'Dense',
  activation: 'Activation',
  binaryLogits: 'Activation',
};

export function addSummary(program: Command): void {
  withModelFile(withLayout(program.command('summary')))
    .description('print the layers, output shapes, parameters and multiply-adds of a weights file')
    .option('--json', 'print JSON')
    .action(async ({ json, ...options }: WeightsOptions & { readonly json?: boolean }) => {
      const { spec, classes, notes } = await describeModel(options.weights, describeOptionsOf(options));
      for (const note of notes) console.error(note);
      const layers = describeLayers(spec);
      console.log(
        json ? JSON.stringify(asJson(spec.inputSize, layers, classes.length)) : table(spec.inputSize, layers),
      );
    });
}

function totals(layers: readonly LayerFacts[]) {
  const sum = (value: (facts: LayerFacts) => number) => layers.reduce((total, facts) => total + value(facts), 0);
  return { parameters: sum((facts) => facts.parameters), multiplyAdds: sum((facts) => facts.multiplyAdds) };
}

function asJson(inputSize: number, layers: readonly LayerFacts[], classes: number) {
  return {
    inputShape: [inputSize, inputSize, 3],
    classes,
    layers: layers.map(({ layer, output, parameters, multiplyAdds }) => ({
      name: layer.name,
      type: KERAS_NAMES[layer.kind],
      outputShape: output,
      parameters,
      multiplyAdds,
    })),
    ...totals(layers),
  };
}

/** The table as Keras prints it, with a column for multiply-adds a picture. */
function table(inputSize: number, layers: readonly LayerFacts[]): string {
  const shape = (sizes: readonly number[]) => `(None, ${sizes.join(', ')})`;
  const count = (n: number) => n.toLocaleString('en-US');
  const rows = [
    ['input (InputLayer)', shape([inputSize, inputSize, 3]), '0', ''],
    ...layers.map(({ layer, output, parameters, multiplyAdds }) => [
      `${layer.name} (${KERAS_NAMES[layer.kind]})`,
      shape(output),
      count(parameters),
      multiplyAdds ? count(multiplyAdds) : '',
    ]),
  ];
  const header = ['Layer (type)', 'Output Shape', 'Param #', 'Multiply-adds'];
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => (i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd();
  const rule = (letter: string) => letter.repeat(widths.reduce((sum, width) => sum + width + 2, -2));
  const { parameters, multiplyAdds } = totals(layers);
  return [
    rule('_'),
    line(header),
    rule('='),
    ...rows.map(line),
    rule('='),
    `Total params: ${count(parameters)}`,
    `Multiply-adds: ${count(multiplyAdds)} a picture`,
    rule('_'),
  ].join('\n');
}
