// Makes a shader write down who writes what: each store to an output stores the invocation's number instead, at the same index of one more buffer.
// The sums themselves then decide nothing, and a driver that compiles for minutes what they are unrolled to leaves them out.
import type { StudiedPass } from '../../src/study/passes.js';
import { checkProgram } from '../../src/study/wgsl/index.js';

export interface Instrumented {
  readonly code: string;
  /** Binding of the buffer of numbers for each variable that may be written. */
  readonly ids: Readonly<Record<string, number>>;
}

const BUILTINS: Readonly<Record<string, readonly [name: string, type: string]>> = {
  workgroup_id: ['studyGroup', 'vec3u'],
  num_workgroups: ['studyGroups', 'vec3u'],
  local_invocation_index: ['studyLocal', 'u32'],
};

/**
 * The number is that of the workgroup, x innermost, times the invocations of one, plus local_invocation_index.
 * @param variables whose stores are written down; default all
 */
export function instrument({ text, shader, bindings }: StudiedPass, variables?: readonly string[]): Instrumented {
  const { entry, workgroup } = checkProgram(text, shader);
  const names: Record<string, string> = {};
  entry.builtins.forEach((builtin, i) => {
    if (builtin) names[builtin] = entry.parameters[i]!.name;
  });
  const missing = Object.entries(BUILTINS).filter(([builtin]) => !names[builtin]);
  for (const [builtin, [name]] of missing) names[builtin] = name;
  const added = missing.map(([builtin, [name, type]]) => `@builtin(${builtin}) ${name}: ${type}, `).join('');

  const written = bindings.filter(({ writable, variable }) => writable && (variables?.includes(variable) ?? true));
  const first = Math.max(...bindings.map(({ index }) => index)) + 1;
  const ids = Object.fromEntries(written.map(({ variable }, i) => [variable, first + i]));
  let code = text;
  for (const { variable } of written) {
    // `y[index] = ...;` and `y[index] += ...;` as statements; the index may have brackets in it
    const place = `${variable}\\[((?:[^\\[\\]\\n]|\\[[^\\]\\n]*\\])*)\\]`;
    const store = new RegExp(`(?<=^\\s*|[;{}]\\s*)${place}\\s*[-+*/]?=(?!=)[^;]*;`, 'gm');
    code = code.replace(store, (_, index) => `ids_${variable}[${index}] = studyId;`);
    // `textureStore(V, texel(index), ...);`; the index may have calls in it
    const texel = new RegExp(`textureStore\\(${variable}, texel\\(((?:[^()]|\\([^()]*\\))*)\\),[^;]*;`, 'g');
    code = code.replace(texel, (_, index) => `ids_${variable}[${index}] = studyId;`);
    const add = new RegExp(`(atomicAdd\\(&${variable}\\[([^\\]]*)\\])`, 'g');
    code = code.replace(add, (call, _, index) => `ids_${variable}[${index}] = studyId; ${call}`);
  }
  const { workgroup_id: at, num_workgroups: of, local_invocation_index: local } = names;
  const size = workgroup[0] * workgroup[1] * workgroup[2];
  // What is not used is not bound.
  const used = bindings
    .map(({ variable, sheet }) => (sheet ? `_ = textureDimensions(${variable});` : `_ = &${variable};`))
    .join(' ');
  const number = `((${at}.z * ${of}.y + ${at}.y) * ${of}.x + ${at}.x) * ${size}u + ${local}`;
  code = code
    .replace(/fn main\(\s*/, (start) => `${start}${added}`)
    .replace(/(fn main\([^{]*\{)/, (start) => `${start} studyId = ${number}; ${used}`);
  const declared = Object.entries(ids).map(
    ([variable, binding]) => `@group(0) @binding(${binding}) var<storage, read_write> ids_${variable}: array<u32>;`,
  );
  return { code: [code, 'var<private> studyId: u32;', ...declared].join('\n'), ids };
}
