// a = rho a + (1 - rho) g^2,   p = p - rate g / (sqrt(a) + epsilon), for up to 4 tensors
//
// Layout   g, p, a of each tensor flat, any shape; tensors that are not there have a count of 0
// Mapping  one invocation makes one element; invocations run along the tensors, one behind the other
// Reuse    none: every element is read and written once
// Cost     10 operations and 5 floats of traffic for each element: 0.5 flop/byte, bandwidth-bound
// Before   rmsprop/step is a dispatch for each tensor, and half of a network's tensors are biases of a few hundred numbers

const WORKGROUP = 64u;

struct Dims { count0: u32, count1: u32, count2: u32, count3: u32, rate: f32, rho: f32, epsilon: f32 }
struct State { p: f32, a: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> g0: array<f32>;
@group(0) @binding(2) var<storage, read_write> p0: array<f32>;
@group(0) @binding(3) var<storage, read_write> a0: array<f32>;
@group(0) @binding(4) var<storage, read> g1: array<f32>;
@group(0) @binding(5) var<storage, read_write> p1: array<f32>;
@group(0) @binding(6) var<storage, read_write> a1: array<f32>;
@group(0) @binding(7) var<storage, read> g2: array<f32>;
@group(0) @binding(8) var<storage, read_write> p2: array<f32>;
@group(0) @binding(9) var<storage, read_write> a2: array<f32>;
@group(0) @binding(10) var<storage, read> g3: array<f32>;
@group(0) @binding(11) var<storage, read_write> p3: array<f32>;
@group(0) @binding(12) var<storage, read_write> a3: array<f32>;

fn stepped(g: f32, before: State) -> State {
  let average = dims.rho * before.a + (1.0 - dims.rho) * g * g;
  return State(before.p - dims.rate * g / (sqrt(average) + dims.epsilon), average);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  var i = id.x + id.y * groups.x * WORKGROUP;      // the grid folds into y past 65,535 groups
  if (i < dims.count0) {
    let after = stepped(g0[i], State(p0[i], a0[i]));
    p0[i] = after.p;
    a0[i] = after.a;
    return;
  }
  i -= dims.count0;
  if (i < dims.count1) {
    let after = stepped(g1[i], State(p1[i], a1[i]));
    p1[i] = after.p;
    a1[i] = after.a;
    return;
  }
  i -= dims.count1;
  if (i < dims.count2) {
    let after = stepped(g2[i], State(p2[i], a2[i]));
    p2[i] = after.p;
    a2[i] = after.a;
    return;
  }
  i -= dims.count2;
  if (i < dims.count3) {
    let after = stepped(g3[i], State(p3[i], a3[i]));
    p3[i] = after.p;
    a3[i] = after.a;
  }
}
