// "First Kaggle Submission", in its order: segregate the data, finetune, predict the test set, submit, and look at the results.
// Run: npx tsx examples/redux.ts path/to/kaggle vgg16.h5 [valid]     (train.zip and test.zip in kaggle; valid: pictures held back)
import { mkdir, writeFile } from 'node:fs/promises';
import { drawContactSheet, makeSubmission, splitPictures, Vgg16 } from '../src/index.js'; // in your own project: from 'vggpu'

const [home = 'data/redux', weights = 'vgg16.h5', held = '2000'] = process.argv.slice(2);
const batchSize = 64;

// ## Segregate Data

const valid = Number(held);
const [sampleTrain, sampleValid] = [Math.min(200, valid), Math.min(50, valid)];
const { counts } = await splitPictures({
  ...{ sources: [`${home}/train.zip`, `${home}/test.zip`], out: home, placing: 'copy' },
  ...{ valid, sampleTrain, sampleValid, seed: 42, stratify: true },
});
console.log(counts);

// ## The Deep Learning! Build and train a VGG Model. Finetune it after building

const vgg = await Vgg16.create({ weights });
const batches = await vgg.getBatches(`${home}/train`, { batchSize });
const valBatches = await vgg.getBatches(`${home}/valid`, { batchSize: batchSize * 2 });
await vgg.finetune(batches);
await vgg.fit(batches, valBatches, { epochs: 1 });
await mkdir(`${home}/results`, { recursive: true });
await vgg.saveWeights(`${home}/results/ft1.h5`);

// **predict the unlabled test images and assign a class**

const { fileNames, predictions } = await vgg.test(`${home}/test`, { batchSize: batchSize * 2 });

// # Submission to Kaggle: the probability of a dog, with super confident predictions penalised

const { text } = makeSubmission(
  {
    ...{ path: 'the predictions', classes: vgg.classes, fileNames, skipped: [] },
    probabilities: Float32Array.from(predictions.flatMap((row) => [...row])),
  },
  { className: 'dogs', clip: [0.025, 0.975] },
);
await writeFile(`${home}/submission.csv`, text);
console.log(text.split('\n').slice(0, 10).join('\n'));

// ## Visualising results

const checked = await vgg.test(`${home}/valid`, { batchSize: batchSize * 2 });
const filenames = checked.fileNames;
const expectedLabels = filenames.map((name) => vgg.classes.indexOf(name.split('/')[0]!));
const ourPredictions = checked.predictions.map(([cat]) => cat!); // probabilities of being a cat
const ourLabels = ourPredictions.map((cat) => Math.round(1 - cat));

/** Number of pictures to view at once. */
const view = 4;
const all = filenames.map((_, i) => i);
const where = (condition: (i: number) => boolean) => all.filter(condition);
const correct = where((i) => ourLabels[i] === expectedLabels[i]);
const incorrect = where((i) => ourLabels[i] !== expectedLabels[i]);
const surest = (of: readonly number[], label: number) =>
  of
    .filter((i) => ourLabels[i] === label)
    .sort((a, b) => (label === 0 ? ourPredictions[b]! - ourPredictions[a]! : ourPredictions[a]! - ourPredictions[b]!));

/** Draws some of the pictures, with the probability of a cat. */
async function plotsIdx(name: string, idx: readonly number[]) {
  console.log(`${name}: ${idx.length}`);
  if (idx.length === 0) return;
  const sheet = idx.slice(0, view).map((i) => ({
    path: `${home}/valid/${filenames[i]!}`,
    titles: [ourPredictions[i]!.toFixed(4)],
  }));
  const { png } = await drawContactSheet(sheet, { exif: true });
  await writeFile(`${home}/results/${name.replaceAll(' ', '-')}.png`, png);
}

await plotsIdx('correct', correct);
await plotsIdx('incorrect', incorrect);
await plotsIdx('confident correct cats', surest(correct, 0));
await plotsIdx('confident correct dogs', surest(correct, 1));
await plotsIdx('confident incorrect cats', surest(incorrect, 0));
await plotsIdx('confident incorrect dogs', surest(incorrect, 1));
await plotsIdx(
  'most uncertain',
  [...all].sort((a, b) => Math.abs(ourPredictions[a]! - 0.5) - Math.abs(ourPredictions[b]! - 0.5)),
);

const { confusion, accuracy } = await vgg.evaluate(`${home}/valid`);
console.log(confusion.matrix, accuracy);
await vgg.close();
