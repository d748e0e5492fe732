// The models that the bench writes for ONNX Runtime, read with the schema of ONNX's own operator tests.
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import { expect, it } from 'vitest';
import { encodeModel } from '../../bench/peers/onnx-model.js';

const schema = protobuf.loadSync(fileURLToPath(new URL('../onnx/onnx.proto', import.meta.url)));

it('have their nodes with attributes', () => {
  const bytes = encodeModel({
    nodes: [
      { op: 'Conv', inputs: ['x', 'w', 'b'], outputs: ['z'], attributes: { kernel_shape: [3, 3], group: 1 } },
      { op: 'Relu', inputs: ['z'], outputs: ['y'] },
    ],
    weights: { w: { data: Float32Array.of(1, 2), shape: [2] } },
    inputs: { x: { data: new Float32Array(2), shape: [1, 2] } },
    output: { name: 'y', shape: [1, 2] },
  });
  const Model = schema.lookupType('ModelProto');
  const model = Model.toObject(Model.decode(bytes), { longs: Number }) as { graph: { node: unknown[] } };
  expect(model.graph.node).toMatchObject([
    {
      opType: 'Conv',
      attribute: [
        { name: 'kernel_shape', type: 7, ints: [3, 3] },
        { name: 'group', type: 2, i: 1 },
      ],
    },
    { opType: 'Relu' },
  ]);
});
