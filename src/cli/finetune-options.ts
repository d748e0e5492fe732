// The options of `vggpu finetune` that say more than a number: their texts, and the files that stand beside the model.
import { VggpuError } from '../errors.js';
import { type Augmentation, checkAugmentation, DEFAULT_AUGMENTATION } from '../nn/augmentation.js';
import type { ClassWeights } from '../vgg16/training/class-weights.js';

/** The files of a run, named after the model's. */
export interface RunFiles {
  readonly out: string;
  readonly best: string;
  readonly checkpoint: string;
  readonly log: string;
  readonly curve: string;
}

/** `ft.h5` has `ft.best.h5`, `ft.checkpoint.h5`, `ft.csv` and `ft.lr.svg` beside it. */
export function runFiles(out: string): RunFiles {
  const stem = out.replace(/\.(h5|hdf5)$/i, '');
  return {
    out,
    best: `${stem}.best.h5`,
    checkpoint: `${stem}.checkpoint.h5`,
    log: `${stem}.csv`,
    curve: `${stem}.lr.svg`,
  };
}

/** Parses `balanced` or `cats=1,dogs=2.5`. @throws VggpuError 'usage' */
export function classWeights(text: string): ClassWeights {
  if (text === 'balanced') return text;
  return Object.fromEntries(
    text.split(',').map((part) => {
      const [, name, factor] = /^(.+)=([^=]+)$/.exec(part.trim()) ?? [];
      const value = Number(factor);
      if (name !== undefined && Number.isFinite(value) && value > 0) return [name, value];
      throw new VggpuError(
        'usage',
        `--class-weights must be 'balanced' or a factor above 0 for each class, as cats=1,dogs=2.5; not '${text}'.`,
      );
    }),
  );
}

/**
 * Parses `flip,rotation=15,shift=0.1,zoom=0.1`: what is not named stays as it is. Without a text: the default.
 * @throws VggpuError 'usage'
 */
export function augmentation(text: string | true): Augmentation {
  if (text === true) return DEFAULT_AUGMENTATION;
  const chosen: { -readonly [Name in keyof Augmentation]: Augmentation[Name] } = {
    flip: false,
    rotation: 0,
    shift: 0,
    zoom: 0,
  };
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const [, name, number] = /^(rotation|shift|zoom)=(.+)$/.exec(part) ?? [];
    if (part === 'flip') chosen.flip = true;
    else if (name !== undefined && Number.isFinite(Number(number))) {
      chosen[name as 'rotation' | 'shift' | 'zoom'] = Number(number);
    } else {
      throw new VggpuError(
        'usage',
        `--augment does not know '${part}'. It takes any of flip, rotation=DEGREES, shift=FRACTION and zoom=FRACTION, as flip,rotation=15,shift=0.1,zoom=0.1.`,
      );
    }
  }
  checkAugmentation(chosen);
  return chosen;
}
