// Keeps a wait for a software device from taking a core away from it.
//
// While a promise of Dawn's is pending, its bindings poll from setImmediate without rest and use up one core. A software device computes on
// those same cores. Here the event loop sleeps for a moment between two polls: a tenth of the time waited so far, at most a millisecond.
// Other work of the process goes on, each turn of the event loop at most that much later.

const LONGEST_SLEEP = 1; // milliseconds
const SHORTEST_SLEEP = 0.1;
const INSTALLED = Symbol.for('vggpu.patientWaiting');

const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
let waiting = 0;
let resting = false;
let since = 0;

function rest(): void {
  if (waiting === 0) {
    resting = false;
    return;
  }
  const waited = performance.now() - since;
  Atomics.wait(nobodyWakes, 0, 0, Math.min(LONGEST_SLEEP, Math.max(SHORTEST_SLEEP, waited / 10)));
  setImmediate(rest);
}

/** Waits for a promise of Dawn's, and lets the event loop sleep between polls until it settles. */
export function waitPatiently<T>(promise: Promise<T>): Promise<T> {
  const done = () => {
    waiting -= 1;
  };
  if (waiting === 0) since = performance.now();
  waiting += 1;
  if (!resting) {
    resting = true;
    setImmediate(rest);
  }
  promise.then(done, done);
  return promise;
}

/** Replaces a method that gives a promise with one that waits patiently for the same promise. */
function makePatient(prototype: object, method: string): void {
  const original = Reflect.get(prototype, method) as (...values: unknown[]) => Promise<unknown>;
  Reflect.set(prototype, method, function patient(this: unknown, ...values: unknown[]) {
    return waitPatiently(original.apply(this, values));
  });
}

/**
 * Makes every wait for a device of this process patient: `mapAsync`, `onSubmittedWorkDone` and `createComputePipelineAsync`, whoever calls
 * them, so that two engines measured in one process wait alike. Called when a software device opens; a second call changes nothing.
 */
export function installPatientWaiting(): void {
  const holder = globalThis as { [INSTALLED]?: boolean };
  if (holder[INSTALLED]) return;
  holder[INSTALLED] = true;
  makePatient(GPUBuffer.prototype, 'mapAsync');
  makePatient(GPUQueue.prototype, 'onSubmittedWorkDone');
  makePatient(GPUDevice.prototype, 'createComputePipelineAsync');
}
