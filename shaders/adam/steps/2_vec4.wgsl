// m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,   p = p - rate m / (sqrt(v) + epsilon), for up to 3 tensors
// rate holds the correction for the zeros that m and v start from: lr sqrt(1 - beta2^t) / (1 - beta1^t) at step t >= 1
//
// Layout   g, p, m, v of each tensor flat, any shape; counts divisible by 4; tensors that are not there have a count of 0
// Mapping  one invocation makes 4 neighbouring elements; invocations run along the tensors, one behind the other
// Reuse    none: every element is read and written once
// Cost     14 operations and 7 floats of traffic for each element: 0.5 flop/byte, bandwidth-bound
// Before   1_naive moves single floats; here loads and stores are 16 bytes wide

const WORKGROUP = 64u;

struct Dims { count0: u32, count1: u32, count2: u32, rate: f32, beta1: f32, beta2: f32, epsilon: f32 }
struct State { p: vec4f, m: vec4f, v: vec4f }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> g0: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> p0: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> m0: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> v0: array<vec4f>;
@group(0) @binding(5) var<storage, read> g1: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> p1: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> m1: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> v1: array<vec4f>;
@group(0) @binding(9) var<storage, read> g2: array<vec4f>;
@group(0) @binding(10) var<storage, read_write> p2: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> m2: array<vec4f>;
@group(0) @binding(12) var<storage, read_write> v2: array<vec4f>;

fn stepped(g: vec4f, before: State) -> State {
  let first = dims.beta1 * before.m + (1.0 - dims.beta1) * g;
  let second = dims.beta2 * before.v + (1.0 - dims.beta2) * g * g;
  return State(before.p - dims.rate * first / (sqrt(second) + dims.epsilon), first, second);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i < dims.count0 / 4u) {
    let after = stepped(g0[i], State(p0[i], m0[i], v0[i]));
    p0[i] = after.p;
    m0[i] = after.m;
    v0[i] = after.v;
    return;
  }
  i -= dims.count0 / 4u;
  if (i < dims.count1 / 4u) {
    let after = stepped(g1[i], State(p1[i], m1[i], v1[i]));
    p1[i] = after.p;
    m1[i] = after.m;
    v1[i] = after.v;
    return;
  }
  i -= dims.count1 / 4u;
  if (i < dims.count2 / 4u) {
    let after = stepped(g2[i], State(p2[i], m2[i], v2[i]));
    p2[i] = after.p;
    m2[i] = after.m;
    v2[i] = after.v;
  }
}
