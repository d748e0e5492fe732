// How a kernel runs: what a run comes to is worked out once, its tensors are bound, its dispatches recorded.
import { VggpuError } from '../errors.js';
import type { Block } from './buffers.js';
import type { TunedVariants } from './choices.js';
import type { Gpu } from './gpu.js';
import { type Kernel, type Pass, passesOf, scratchOf, sheetsOf, type Values, variantNamed } from './kernel.js';
import { factsOf } from './profile.js';
import { constsFor, type Program, packUniform, programFor, uniformBytes } from './program.js';
import type { Sheet } from './sheets.js';

/**
 * Records one run of a kernel.
 * @param d values of its dims and scalars
 * @param tensors a block for each binding, at least as large as `elements` says
 * @param variantName a variant to force; otherwise the one chosen for this device
 * @param constant bindings that will stay as they are for many runs: what the variant prepares of them is kept, as memory allows, until
 * they are written or given back
 * @throws VggpuError 'kernel' where a block is too small, or no variant takes the dims
 */
export function run<D extends string, B extends string>(
  gpu: Gpu,
  kernel: Kernel<D, B>,
  d: Values<D>,
  tensors: Readonly<Record<B, Block>>,
  variantName?: string,
  constant: readonly NoInfer<B>[] = [],
): void {
  const plan = planFor(gpu, kernel, d, variantName);
  checkSizes(kernel, d, plan, tensors);
  for (const name of plan.written) gpu.prepared.forget(tensors[name as B]);
  const blocks: Record<string, Block | Sheet> = { ...tensors };
  for (const scratch of plan.scratch) blocks[scratch.name] = takeScratch(gpu, plan.label, scratch);
  const { preparation } = plan;
  const ready = preparation && takePrepared(gpu, plan.label, preparation, tensors[preparation.from as B], blocks);
  const facts = gpu.profiler.on ? factsOf(kernel, plan.variant, d) : undefined;
  const uniform = kernel.scalars ? packUniform(kernel, d) : plan.uniform;
  for (const { pass, program, grid } of plan.dispatches) {
    if (ready && pass.prepares) continue;
    for (const [to, from] of Object.entries(pass.copies ?? {})) {
      gpu.copyToSheet(blocks[from] as Block, blocks[to] as Sheet);
    }
    gpu.dispatch({
      pipeline: program.pipeline,
      group: groupFor(gpu, plan.label, program, pass.rename ?? {}, blocks),
      uniform: program.bindings[0]?.type === 'uniform' ? uniform : NOTHING,
      grid,
      about: facts && { run: facts, pass: pass.shader },
    });
  }
  for (const { name } of plan.scratch) gpu.pool.give(blocks[name]!);
  if (!preparation || ready) return;
  const { from, name, key } = preparation;
  if (constant.includes(from as B)) gpu.prepared.keep(tensors[from as B], key, blocks[name]!);
  else gpu.pool.give(blocks[name]!);
}

function takeScratch(gpu: Gpu, label: string, { name, bytes, sheet }: Scratch): Block | Sheet {
  const purpose = `scratch '${name}' of ${label}`;
  return sheet ? gpu.pool.takeSheet(bytes, purpose) : gpu.pool.take(bytes, purpose);
}

/**
 * Adds the scratch that a pass prepares to the blocks, after all others: taking a block may cost those that were kept.
 * @returns whether it was filled before
 */
function takePrepared(
  gpu: Gpu,
  label: string,
  preparation: Preparation,
  of: Block,
  blocks: Record<string, Block | Sheet>,
): boolean {
  const kept = gpu.prepared.get(of, preparation.key);
  blocks[preparation.name] = kept ?? takeScratch(gpu, label, preparation);
  return kept !== undefined;
}

const NOTHING = new ArrayBuffer(0);

interface Scratch {
  readonly name: string;
  readonly bytes: number;
  /** Whether it is one, not a buffer. */
  readonly sheet: boolean;
}

/** Scratch that a pass prepares of a binding. */
interface Preparation extends Scratch {
  readonly from: string;
  /** What tells it from others that are prepared of the same binding. */
  readonly key: string;
}

/** What a run comes to, worked out once for a kernel, its dims and its variant: the same steps come again and again. */
interface Plan {
  /** The tuned variants that it was made under. */
  readonly tuned: TunedVariants;
  readonly variant: string;
  readonly label: string;
  /** 4-byte elements of each binding. */
  readonly elements: readonly (readonly [name: string, elements: number])[];
  /** Names of the bindings that it changes. */
  readonly written: readonly string[];
  /** That which a pass prepares is not among it. */
  readonly scratch: readonly Scratch[];
  readonly preparation: Preparation | undefined;
  readonly uniform: ArrayBuffer;
  readonly dispatches: readonly {
    readonly pass: Pass<string>;
    readonly program: Program;
    readonly grid: readonly [number, number, number];
  }[];
}

const MOST_PLANS = 2048; // some dims are counters
const plans = new WeakMap<Gpu, WeakMap<object, Map<string, Plan>>>();

function plansOf(gpu: Gpu, kernel: object): Map<string, Plan> {
  const ofGpu = plans.get(gpu) ?? new WeakMap<object, Map<string, Plan>>();
  plans.set(gpu, ofGpu);
  const ofKernel = ofGpu.get(kernel) ?? new Map<string, Plan>();
  ofGpu.set(kernel, ofKernel);
  return ofKernel;
}

/** Scalars are not part of a plan: no grid and no variant goes by them. */
function planFor<D extends string>(gpu: Gpu, kernel: Kernel<D>, d: Values<D>, forced: string | undefined): Plan {
  const known = plansOf(gpu, kernel);
  let key = forced ?? '';
  for (const dim of kernel.dims) key += ` ${d[dim]}`;
  const tuned = gpu.choices.tuned();
  const before = known.get(key);
  if (before?.tuned === tuned) return before;
  const plan = createPlan(gpu, kernel, d, forced ?? gpu.choices.variant(kernel, d, gpu.capabilities), tuned);
  if (known.size >= MOST_PLANS) known.clear();
  known.set(key, plan);
  return plan;
}

function createPlan<D extends string>(
  gpu: Gpu,
  kernel: Kernel<D>,
  d: Values<D>,
  name: string,
  tuned: TunedVariants,
): Plan {
  const variant = variantNamed(kernel, name);
  const label = `${kernel.name}/${name}`;
  const sheets = sheetsOf(variant);
  const scratch = Object.entries(scratchOf(variant, d)).map(([own, elements]) => ({
    ...{ name: own, bytes: elements * 4, sheet: sheets.includes(own) },
  }));
  const preparing = passesOf(variant).find(({ prepares }) => prepares);
  const prepares = preparing?.prepares;
  const prepared = scratch.find((own) => own.name === prepares?.scratch);
  return {
    tuned,
    variant: name,
    label,
    elements: Object.entries(kernel.elements(d)),
    written: Object.entries(kernel.bindings).flatMap(([own, access]) => (access === 'read' ? [] : [own])),
    scratch: scratch.filter((own) => own !== prepared),
    preparation: prepares &&
      prepared && {
        ...prepared,
        from: prepares.from,
        key: `${preparing!.shader} ${prepares.by.map((dim) => d[dim]).join(' ')}`,
      },
    uniform: packUniform(kernel, d),
    dispatches: passesOf(variant).flatMap((pass) => {
      const own = pass as Pass<string>;
      const grid = gridOf(gpu, label, pass, d, constsFor(gpu, own));
      return grid ? [{ pass: own, program: programFor(gpu, label, own, uniformBytes(kernel)), grid }] : [];
    }),
  };
}

/** Undefined where there is nothing to do. */
function gridOf<D extends string>(
  gpu: Gpu,
  label: string,
  pass: Pass<D>,
  d: Values<D>,
  consts: Readonly<Record<string, number>>,
): [number, number, number] | undefined {
  const [x, y = 1, z = 1] = pass.grid(d, consts);
  if (x === 0 || y === 0 || z === 0) return undefined;
  const most = gpu.capabilities.limits.maxComputeWorkgroupsPerDimension;
  if (Math.max(x, y, z) <= most) return [x, y, z];
  throw new VggpuError(
    'kernel',
    `${label} at ${JSON.stringify(d)} needs a grid of ${x} x ${y} x ${z}; at most ${most}.`,
  );
}

function checkSizes<D extends string, B extends string>(
  kernel: Kernel<D, B>,
  d: Values<D>,
  { elements }: Plan,
  tensors: Readonly<Record<B, Block>>,
): void {
  for (const [name, count] of elements) {
    const block = tensors[name as B];
    if (block.bytes < count * 4) {
      throw new VggpuError(
        'kernel',
        `${kernel.name} at ${JSON.stringify(d)} needs ${count} elements in '${name}'; the tensor given has ${block.bytes / 4}.`,
      );
    }
  }
}

const memoryIds = new WeakMap<GPUBuffer | GPUTexture, number>();
let memories = 0;

function idOf(memory: GPUBuffer | GPUTexture): number {
  let id = memoryIds.get(memory);
  if (id === undefined) {
    id = memories++;
    memoryIds.set(memory, id);
  }
  return id;
}

function groupFor(
  gpu: Gpu,
  label: string,
  program: Program,
  rename: Readonly<Record<string, string>>,
  blocks: Readonly<Record<string, Block | Sheet>>,
): GPUBindGroup {
  const bound = program.bindings.map(({ name, type }) => {
    if (type === 'uniform') return { buffer: gpu.uniforms, bytes: program.uniformBytes };
    const block = blocks[rename[name] ?? name];
    if (block) return block;
    throw new VggpuError('kernel', `${label} binds '${name}', which is neither a binding nor scratch of the op.`);
  });
  const key = `group ${program.id} ${bound.map((piece) => ('buffer' in piece ? `${idOf(piece.buffer)}:${piece.bytes}` : idOf(piece.texture))).join(' ')}`;
  const known = gpu.cache.get(key) as GPUBindGroup | undefined;
  if (known) return known;
  const group = gpu.device.createBindGroup({
    label,
    layout: program.layout,
    entries: program.bindings.map(({ index }, i) => {
      const piece = bound[i]!;
      const resource = 'buffer' in piece ? { buffer: piece.buffer, size: piece.bytes } : piece.texture.createView();
      return { binding: index, resource };
    }),
  });
  gpu.cache.set(key, group);
  return group;
}
