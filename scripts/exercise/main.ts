// `npm run exercise 1`: runs a learner's kernel and says whether it is right; exits 1 where it is not, 2 for wrong usage.
import { VggpuError } from '../../src/errors.js';
import { createGpu } from '../../src/kernels/gpu.js';
import { openDevice } from '../../src/node/open-device.js';
import { shaderFromFile } from '../../src/node/shader-files.js';
import { checkExercise } from './check.js';
import { exerciseNumbered, exerciseNumbers, exerciseText } from './exercises.js';

async function main(number: string | undefined): Promise<void> {
  if (number === undefined) {
    throw new VggpuError('usage', `Which exercise? \`npm run exercise 1\`; there are ${exerciseNumbers.join(', ')}.`);
  }
  const exercise = exerciseNumbered(number);
  const text = exerciseText(exercise);
  const { device, info, close } = await openDevice({ robust: true }); // a kernel with a hole may reach anywhere
  const gpu = createGpu(device, {
    kind: info.kind,
    shaderText: shaderFromFile,
    matrixUnits: info.matrixUnits,
    debug: true,
  });
  try {
    const { right, lines } = await checkExercise(gpu, exercise, text);
    for (const line of lines) console.log(line);
    process.exitCode = right ? 0 : 1;
  } finally {
    gpu.close();
    await close();
  }
}

await main(process.argv[2]).catch((error: unknown) => {
  if (!(error instanceof VggpuError)) throw error;
  console.error(error.message);
  process.exitCode = error.code === 'usage' ? 2 : 1;
});
