// v = momentum v - rate g,   p = p + v, or with nesterov p = p + momentum v - rate g, for up to 4 tensors
//
// Layout   g, p, v of each tensor flat, any shape; counts divisible by 4; tensors that are not there have a count of 0
// Mapping  one invocation makes 4 neighbouring elements; invocations run along the tensors, one behind the other
// Reuse    none: every element is read and written once
// Cost     4 to 7 operations and 5 floats of traffic for each element: at most 0.35 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { count0: u32, count1: u32, count2: u32, count3: u32, nesterov: u32, rate: f32, momentum: f32 }
struct State { p: vec4f, v: vec4f }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> g0: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p0: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> v0: array<vec4f>;
@group(0) @binding(4) var<storage, read> g1: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> p1: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> v1: array<vec4f>;
@group(0) @binding(7) var<storage, read> g2: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> p2: array<vec4f>;
@group(0) @binding(9) var<storage, read_write> v2: array<vec4f>;
@group(0) @binding(10) var<storage, read> g3: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> p3: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> v3: array<vec4f>;

fn stepped(g: vec4f, before: State) -> State {
  let step = dims.rate * g;
  let velocity = dims.momentum * before.v - step;
  return State(before.p + select(velocity, dims.momentum * velocity - step, dims.nesterov != 0u), velocity);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i < dims.count0 / 4u) {
    let after = stepped(g0[i], State(p0[i], v0[i]));
    p0[i] = after.p;
    v0[i] = after.v;
    return;
  }
  i -= dims.count0 / 4u;
  if (i < dims.count1 / 4u) {
    let after = stepped(g1[i], State(p1[i], v1[i]));
    p1[i] = after.p;
    v1[i] = after.v;
    return;
  }
  i -= dims.count1 / 4u;
  if (i < dims.count2 / 4u) {
    let after = stepped(g2[i], State(p2[i], v2[i]));
    p2[i] = after.p;
    v2[i] = after.v;
    return;
  }
  i -= dims.count2 / 4u;
  if (i < dims.count3 / 4u) {
    let after = stepped(g3[i], State(p3[i], v3[i]));
    p3[i] = after.p;
    v3[i] = after.v;
  }
}
