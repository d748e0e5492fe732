// Lesson 1, in its order: a state-of-the-art classifier in seven lines, predictions with the pretrained network, a finetune step by
// step, and the network built by hand.
// Run: npx tsx examples/lesson1.ts path/to/photos vgg16.h5     (photos/train and photos/valid, a folder per class in each)
// With models/vgg-mini.h5 instead of vgg16.h5 add: mini
import { writeFile } from 'node:fs/promises';
import {
  convBlock,
  Dense,
  drawContactSheet,
  Flatten,
  fcBlock,
  Lambda,
  readBatches,
  Sequential,
  topClasses,
  Vgg16,
} from '../src/index.js'; // in your own project: from 'vggpu'

const [path = 'photos', weights = 'vgg16.h5', size = 'full'] = process.argv.slice(2);

// ## The punchline: state of the art custom model in 7 lines of code

// As large as you can, but no larger than 64 is recommended.
const batchSize = 64;

const vgg = await Vgg16.create({ weights });
const batches = await vgg.getBatches(`${path}/train`, { batchSize });
const valBatches = await vgg.getBatches(`${path}/valid`, { batchSize: batchSize * 2 });
await vgg.finetune(batches);
const { epochs } = await vgg.fit(batches, valBatches, { epochs: 1 });
console.log(epochs);
await vgg.close();

// ## Use Vgg16 for basic image recognition

const pretrained = await Vgg16.create({ weights });
const four = await pretrained.getBatches(`${path}/train`, { batchSize: 4 });

/** The first batch of a set: pictures, one-hot labels, file names. */
async function firstOf(set: typeof four) {
  for await (const batch of set) return batch;
  throw new Error(`${set.folder.root} has no pictures that can be read.`);
}

const { images, labels, fileNames } = await firstOf(four);
const { png } = await drawContactSheet(
  fileNames.map((name, i) => ({ path: `${path}/train/${name}`, titles: [`[${labels[i]!.join(' ')}]`] })),
  { exif: true },
);
await writeFile(`${path}/batch.png`, png);

const { probabilities, indices, classes } = await pretrained.predict(images);
console.log(probabilities, indices, classes);
console.log(pretrained.classes.slice(0, 4));

// ## Use our Vgg16 class to finetune a Dogs vs Cats model

const train = await pretrained.getBatches(`${path}/train`, { batchSize });
const valid = await pretrained.getBatches(`${path}/valid`, { batchSize });
await pretrained.finetune(train);
await pretrained.fit(train, valid, { epochs: 1 });
await pretrained.close();

// # Create a VGG model from scratch

// ## Model setup

const SIZES = {
  full: { side: 224, filters: [64, 128, 256, 512, 512], units: 4096, outputs: 1000 },
  mini: { side: 64, filters: [8, 16, 32, 64, 64], units: 512, outputs: 70 },
};
const { side, filters, units, outputs } = SIZES[size === 'mini' ? 'mini' : 'full'];

// ## Model creation. The lesson's ConvBlock and FCBlock are convBlock and fcBlock; 'vgg' is its vgg_preprocess.

function createVgg16(): Sequential {
  const model = new Sequential();
  model.add(Lambda('vgg', { inputShape: [side, side, 3] }));

  convBlock(model, 2, filters[0]!);
  convBlock(model, 2, filters[1]!);
  convBlock(model, 3, filters[2]!);
  convBlock(model, 3, filters[3]!);
  convBlock(model, 3, filters[4]!);

  model.add(Flatten());
  fcBlock(model, units);
  fcBlock(model, units);
  model.add(Dense(outputs, { activation: 'softmax' }));
  return model;
}

const model = createVgg16();
console.log(model.summary());
await model.loadWeights(weights);

// ## Getting imagenet predictions

const { images: imgs } = await firstOf(await readBatches(`${path}/train`, { batchSize: 4 }));

const preds = await model.predict(imgs);
console.log(`Shape: (${preds.shape.join(', ')})`);
console.log(`First 5 probabilities: ${Array.from(preds.data.subarray(0, 5), (p) => p.toExponential(4)).join(' ')}`);
console.log('Predictions prob/class:');
for (let i = 0; i < imgs.length; i++) {
  const [best] = topClasses(preds.data.slice(i * outputs, (i + 1) * outputs), 1);
  console.log(`  ${best!.probability.toFixed(4)}/${best!.index}`);
}
await model.close();
