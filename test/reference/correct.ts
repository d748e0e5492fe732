// Counts rows whose first largest logit is at the label.

export function countCorrect(logits: Float64Array, labels: Float64Array, columns: number): number {
  let count = 0;
  labels.forEach((label, r) => {
    const row = logits.subarray(r * columns, (r + 1) * columns);
    if (row.some(Number.isNaN)) return;
    if (row.indexOf(Math.max(...row)) === label) count++;
  });
  return count;
}
