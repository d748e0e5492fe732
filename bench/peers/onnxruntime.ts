// ONNX Runtime on the CPU, where somebody installed it (npm install --no-save onnxruntime-node): 288 MB are too much for all.
import type { Entrant, Runner } from '../case.js';
import { requirePackage } from '../project.js';
import { encodeModel, type OnnxNode } from './onnx-model.js';

/** What is used of onnxruntime-node, whose types are only there where it is. */
interface OnnxModule {
  readonly InferenceSession: { create(model: Uint8Array): Promise<OnnxSession> };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly env: { readonly versions: { readonly common?: string; readonly node?: string } };
}
interface OnnxTensor {
  readonly data: unknown;
  dispose(): void;
}
interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}

export interface OnnxRuntime {
  readonly name: string;
  /** Why it cannot run; its rows say so. */
  readonly missing?: string;
  readonly module?: OnnxModule;
}

export interface OnnxTensorData {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** An op as a model: weights are part of it, so that the runtime may arrange them as it likes before it is timed. */
export interface OnnxOp {
  readonly nodes: readonly OnnxNode[];
  readonly weights: Readonly<Record<string, OnnxTensorData>>;
  readonly inputs: Readonly<Record<string, OnnxTensorData>>;
  readonly output: { readonly name: string; readonly shape: readonly number[] };
  /** Puts the output in the order of the engine's. */
  readonly arrange?: (output: Float32Array) => Float32Array;
}

export function openOnnxRuntime(): OnnxRuntime {
  try {
    const module = requirePackage('onnxruntime-node') as OnnxModule;
    return { name: `ONNX Runtime ${module.env.versions.node ?? module.env.versions.common ?? ''} CPU`, module };
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND')
      return { name: 'ONNX Runtime CPU', missing: String(error) };
    return { name: 'ONNX Runtime CPU', missing: 'not installed: npm install --no-save onnxruntime-node' };
  }
}

export function onnxEntrant({ name, module, missing }: OnnxRuntime, make: () => OnnxOp): Entrant {
  return {
    ...{ name, peer: true, chosen: false, precision: 'f32' },
    async open() {
      if (!module) throw new Error(missing);
      return openModel(module, make());
    },
  };
}

async function openModel({ InferenceSession, Tensor }: OnnxModule, op: OnnxOp): Promise<Runner> {
  const session = await InferenceSession.create(encodeModel(op));
  const feeds: Record<string, OnnxTensor> = {};
  for (const [name, { data, shape }] of Object.entries(op.inputs)) feeds[name] = new Tensor('float32', data, shape);
  let last: OnnxTensor | undefined;
  return {
    async go(times) {
      for (let i = 0; i < times; i++) last = (await session.run(feeds))[op.output.name];
    },
    check: async () => {},
    async result() {
      const data = last!.data as Float32Array;
      return op.arrange?.(data) ?? data;
    },
    close: () => session.release(),
  };
}
