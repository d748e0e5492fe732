// Lesson 1's seven lines: a state-of-the-art classifier for your own photos.
// Run: npx tsx examples/lesson1.ts path/to/photos vgg16.h5     (photos/train and photos/valid, a folder per class in each)
import { Vgg16 } from '../src/index.js'; // in your own project: from 'vggpu'

const [path = 'photos', weights = 'vgg16.h5'] = process.argv.slice(2);
const batchSize = 64;

const vgg = await Vgg16.create({ weights });
const batches = await vgg.getBatches(`${path}/train`, { batchSize });
const valBatches = await vgg.getBatches(`${path}/valid`, { batchSize: batchSize * 2 });
await vgg.finetune(batches);
const { epochs } = await vgg.fit(batches, valBatches, { epochs: 1 });
console.log(epochs);
await vgg.close();
