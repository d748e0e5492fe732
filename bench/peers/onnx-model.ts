// A small ONNX model as bytes: a few nodes, their weights, one output. Fields and numbers as ONNX publishes them (onnx.proto).
import protobuf from 'protobufjs';
import type { OnnxOp, OnnxTensorData } from './onnxruntime.js';

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers, single or in lists. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

const [FLOAT, ATTRIBUTE_INT, ATTRIBUTE_INTS] = [1, 2, 7];
const [IR_VERSION, OPSET] = [8, 17];

const field = (id: number, type: string) => ({ id, type });
const list = (id: number, type: string) => ({ id, type, rule: 'repeated' });

const schema = protobuf.Root.fromJSON({
  nested: {
    Model: { fields: { irVersion: field(1, 'int64'), graph: field(7, 'Graph'), opsetImport: list(8, 'OperatorSet') } },
    OperatorSet: { fields: { domain: field(1, 'string'), version: field(2, 'int64') } },
    Graph: {
      fields: {
        ...{ node: list(1, 'Node'), name: field(2, 'string'), initializer: list(5, 'Tensor') },
        ...{ input: list(11, 'ValueInfo'), output: list(12, 'ValueInfo') },
      },
    },
    Node: {
      fields: {
        ...{ input: list(1, 'string'), output: list(2, 'string'), opType: field(4, 'string') },
        attribute: list(5, 'Attribute'),
      },
    },
    Attribute: {
      fields: { name: field(1, 'string'), i: field(3, 'int64'), ints: list(8, 'int64'), type: field(20, 'int32') },
    },
    Tensor: {
      fields: {
        ...{
          dims: list(1, 'int64'),
          dataType: field(2, 'int32'),
          name: field(8, 'string'),
          rawData: field(9, 'bytes'),
        },
      },
    },
    ValueInfo: { fields: { name: field(1, 'string'), type: field(2, 'Type') } },
    Type: { fields: { tensorType: field(1, 'TensorType') } },
    TensorType: { fields: { elemType: field(1, 'int32'), shape: field(2, 'Shape') } },
    Shape: { fields: { dim: list(1, 'Dimension') } },
    Dimension: { fields: { dimValue: field(1, 'int64') } },
  },
});

/** @returns the model's protobuf */
export function encodeModel({ nodes, weights, inputs, output }: Omit<OnnxOp, 'arrange'>): Uint8Array {
  const Model = schema.lookupType('Model');
  const model = {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: '', version: OPSET }],
    graph: {
      name: 'bench',
      node: nodes.map(({ op, inputs: input, outputs, attributes = {} }) => ({
        ...{ opType: op, input, output: outputs },
        attribute: Object.entries(attributes).map(([name, value]) =>
          typeof value === 'number'
            ? { name, type: ATTRIBUTE_INT, i: value }
            : { name, type: ATTRIBUTE_INTS, ints: value },
        ),
      })),
      initializer: Object.entries(weights).map(([name, tensor]) => initializer(name, tensor)),
      input: Object.entries(inputs).map(([name, { shape }]) => valueInfo(name, shape)),
      output: [valueInfo(output.name, output.shape)],
    },
  };
  return Model.encode(Model.fromObject(model)).finish();
}

function initializer(name: string, { data, shape }: OnnxTensorData): object {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: shape, dataType: FLOAT, rawData };
}

function valueInfo(name: string, shape: readonly number[]): object {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
