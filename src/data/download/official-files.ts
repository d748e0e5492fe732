// What `vggpu fetch` can download: the files as Keras publishes them, where they lie, and how to tell that they are whole.

import { join } from 'node:path';

/** A published file. */
export interface OfficialFile {
  /** The file's name where it is published and here. */
  readonly file: string;
  /** Bytes. */
  readonly size: number;
  /** 32 hexadecimal digits. */
  readonly md5: string;
  /** Where it is published, tried in this order. */
  readonly urls: readonly string[];
  readonly description: string;
}

/** A name that `vggpu fetch` knows. */
export type OfficialName = 'vgg16' | 'vgg16-notop' | 'class-index';

const KERAS = 'https://storage.googleapis.com/tensorflow/keras-applications/vgg16';
const RELEASES = 'https://github.com/fchollet/deep-learning-models/releases/download/v0.1';
const CLASS_INDEX = 'imagenet_class_index.json';

/**
 * Addresses and md5 are those of Keras' own source: `WEIGHTS_PATH` and `file_hash` in applications/vgg16.py,
 * `CLASS_INDEX_PATH` in applications/imagenet_utils.py; the second addresses are the ones of Keras 2.0. The sizes are what
 * Keras prints while it downloads.
 */
export const OFFICIAL_FILES: Readonly<Record<OfficialName, OfficialFile>> = {
  vgg16: weights('vgg16_weights_tf_dim_ordering_tf_kernels.h5', {
    size: 553_467_096,
    md5: '64373286793e3c8b2b4e3219cbf3544b',
    description: 'VGG16 trained on ImageNet, with its dense layers',
  }),
  'vgg16-notop': weights('vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5', {
    size: 58_889_256,
    md5: '6d6bbae143d832006294945121d1f1fc',
    description: 'the same without the dense layers',
  }),
  'class-index': {
    file: CLASS_INDEX,
    size: 35_363,
    md5: 'c2c37ea517e94d9795004a39431a14cb',
    urls: [
      `https://storage.googleapis.com/download.tensorflow.org/data/${CLASS_INDEX}`,
      `https://s3.amazonaws.com/deep-learning-models/image-models/${CLASS_INDEX}`,
    ],
    description: "ImageNet's class names as JSON, for other programs: vggpu has them built in",
  },
};

/** Whether `name` is one of the table's. */
export function isOfficial(name: string): name is OfficialName {
  return Object.hasOwn(OFFICIAL_FILES, name);
}

/** Where downloaded files lie in the user's cache folder. */
export function modelsFolder(cacheFolder: string): string {
  return join(cacheFolder, 'models');
}

function weights(file: string, { size, md5, description }: Omit<OfficialFile, 'file' | 'urls'>): OfficialFile {
  return { file, size, md5, description, urls: [`${KERAS}/${file}`, `${RELEASES}/${file}`] };
}
