// y[0] = scale * sum over i of x[i]
//
// Layout   x (count), y (1)
// Mapping  a single invocation reads everything
// Reuse    none: every input is read once
// Cost     1 addition for each float of traffic: 0.25 flop/byte; bound by the latency of one invocation's loads
// Rounding each run of BLOCK elements is summed by itself and then added, so that a small term never meets the whole sum

const BLOCK = 256u;

struct Dims { count: u32, scale: f32 }

@group(0) @binding(0) var<uniform> dims: Dims;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(1)
fn main() {
  var total = 0.0;
  for (var first = 0u; first < dims.count; first += BLOCK) {
    let end = min(first + BLOCK, dims.count);
    var sum = 0.0;
    for (var i = first; i < end; i++) {
      sum += x[i];
    }
    total += sum;
  }
  y[0] = dims.scale * total;
}
