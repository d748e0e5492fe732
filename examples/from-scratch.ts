// A network in VGG's style trained from nothing: three convolutions and two dense layers tell cats from dogs in pictures of 64x64.
// Run: npx tsx examples/from-scratch.ts path/to/photos [epochs]     (photos/train and photos/valid, two folders in each)
import {
  Conv2D,
  csvLogger,
  Dense,
  Dropout,
  earlyStopping,
  Flatten,
  Lambda,
  MaxPooling2D,
  readBatches,
  Sequential,
} from '../src/index.js'; // in your own project: from 'vggpu'

const [path = 'photos', epochs = '30'] = process.argv.slice(2);

const train = await readBatches(`${path}/train`, { batchSize: 32, seed: 1 });
const valid = await readBatches(`${path}/valid`, { batchSize: 64, shuffle: false });

const kernelInitializer = 'he_normal';
const model = new Sequential({ seed: 1 });
model.add(Lambda('rescale', { inputShape: [64, 64, 3] }));
for (const filters of [32, 32, 64]) {
  model.add(Conv2D(filters, [3, 3], { activation: 'relu', kernelInitializer }));
  model.add(MaxPooling2D([2, 2]));
}
model.add(Flatten());
model.add(Dense(64, { activation: 'relu', kernelInitializer }));
model.add(Dropout(0.5));
model.add(Dense(1, { activation: 'sigmoid' }));
console.log(model.summary());

model.compile({ optimizer: 'rmsprop', loss: 'binary_crossentropy', metrics: ['accuracy'] });
await model.fitGenerator(train, {
  epochs: Number(epochs),
  validationData: valid,
  callbacks: [
    csvLogger((line) => void process.stdout.write(line)),
    earlyStopping({ monitor: 'val_acc', patience: 8, restoreBestWeights: true }),
  ],
});
const { loss, acc } = await model.evaluateGenerator(valid);
console.log(`On ${valid.count} pictures it has not seen: loss ${loss.toFixed(4)}, accuracy ${acc?.toFixed(4)}`);
await model.saveModel(`${path}/from-scratch.h5`);
await model.close();
