// Reads ONNX's operator tests: a node with its attributes, and the tensors that go in and must come out.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { Tensor } from './tensors.js';

const FOLDER = fileURLToPath(new URL('../../../shared/data/onnx/', import.meta.url));

export type Attribute = number | string | readonly number[];

export interface OnnxCase {
  readonly name: string;
  /** The operator under test. */
  readonly operator: string;
  /** The model spells the operator out as a graph of smaller ones; what goes in and must come out is the operator's. */
  readonly expanded: boolean;
  readonly attributes: ReadonlyMap<string, Attribute>;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export const onnxIsThere = existsSync(`${FOLDER}INDEX.tsv`);

interface RawNode {
  readonly opType: string;
  readonly attribute: readonly {
    readonly name: string;
    readonly type: number;
    readonly f: number;
    readonly i: number;
    readonly s: Uint8Array;
    readonly ints: readonly number[];
  }[];
}

interface RawTensor {
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

/** Every test that INDEX.tsv lists. */
export function readCases(): OnnxCase[] {
  const schema = protobuf.loadSync(fileURLToPath(new URL('onnx.proto', import.meta.url)));
  const decode = (message: string, path: string) => {
    const type = schema.lookupType(message);
    return type.toObject(type.decode(readFileSync(path)), { longs: Number, defaults: true });
  };

  function tensors(folder: string, kind: 'input' | 'output'): Tensor[] {
    const files = readdirSync(folder).filter((file) => file.startsWith(`${kind}_`));
    return files.map((_, i) => toTensor(decode('TensorProto', `${folder}/${kind}_${i}.pb`) as RawTensor));
  }

  function read(path: string): OnnxCase {
    const name = path.replace('node/test_', '');
    const whole = name.replace(/_expanded(_ver\d+)?$/, '');
    const model = decode('ModelProto', `${FOLDER}node/test_${whole}/model.onnx`) as {
      graph: { node: readonly RawNode[] };
    };
    const [node, ...others] = model.graph.node;
    if (!node || others.length > 0) throw new Error(`${whole} should be a model of one node.`);
    const folder = `${FOLDER}${path}/test_data_set_0`;
    return {
      name,
      operator: node.opType,
      expanded: whole !== name,
      attributes: new Map(node.attribute.map((a) => [a.name, attributeValue(a)])),
      inputs: tensors(folder, 'input'),
      outputs: tensors(folder, 'output'),
    };
  }

  const lines = readFileSync(`${FOLDER}INDEX.tsv`, 'utf8').trim().split('\n');
  return lines.map((line) => read(line.split('\t')[0]!));
}

function attributeValue({ name, type, f, i, s, ints }: RawNode['attribute'][number]): Attribute {
  if (type === 1) return f;
  if (type === 2) return i;
  if (type === 3) return new TextDecoder().decode(s);
  if (type === 7) return ints;
  throw new Error(`Attribute ${name} has type ${type}, which no test here needs.`);
}

/** Bytes an element, and how to read one, by ONNX's number of the type. */
const ELEMENTS: Readonly<Record<number, readonly [number, (view: DataView, at: number) => number]>> = {
  1: [4, (view, at) => view.getFloat32(at, true)],
  2: [1, (view, at) => view.getUint8(at)],
  6: [4, (view, at) => view.getInt32(at, true)],
  7: [8, (view, at) => Number(view.getBigInt64(at, true))],
  9: [1, (view, at) => view.getUint8(at)],
};

function toTensor({ dims, dataType, rawData }: RawTensor): Tensor {
  const element = ELEMENTS[dataType];
  if (!element) throw new Error(`A tensor has elements of type ${dataType}, which no test here needs.`);
  const [bytes, get] = element;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const values = Float32Array.from({ length: rawData.byteLength / bytes }, (_, i) => get(view, i * bytes));
  if (values.length !== dims.reduce((a, b) => a * b, 1)) throw new Error('A tensor keeps its values elsewhere.');
  return { shape: dims, values };
}
