// The pictures to look at first, as fast.ai's second notebook chooses them.
import { epochOrder } from '../data/pictures/batches.js';
import { isRight, type Judgement, marginOf } from './judgement.js';

/** Some pictures with a reason to look at them. */
export interface View {
  readonly title: string;
  /** What they were chosen by. */
  readonly explanation: string;
  readonly groups: readonly ViewGroup[];
}

/** The pictures of a view, or of one class in it. */
export interface ViewGroup {
  /** The class they were taken for; absent where a view does not go by class. */
  readonly predicted?: number;
  readonly pictures: readonly Judgement[];
  /** Out of how many they were chosen. */
  readonly of: number;
}

/**
 * @param classes the classes that the views by class go into
 * @param count pictures a group at most
 * @param seed of the random choices; the same one chooses the same pictures
 */
export function chooseViews(
  judgements: readonly Judgement[],
  { classes, count, seed }: { classes: readonly number[]; count: number; seed: number },
): View[] {
  const right = judgements.filter(isRight);
  const wrong = judgements.filter((judgement) => !isRight(judgement));
  const random = (from: readonly Judgement[], epoch: number): ViewGroup => ({
    pictures: Array.from(epochOrder(from.length, { seed, epoch, shuffle: true }).subarray(0, count), (i) => from[i]!),
    of: from.length,
  });
  const surest = (from: readonly Judgement[]): ViewGroup[] =>
    classes.map((predicted) => {
      const own = from.filter((judgement) => judgement.predicted === predicted);
      return { predicted, of: own.length, pictures: own.sort((a, b) => b.confidence - a.confidence).slice(0, count) };
    });
  return [
    {
      title: 'Right, at random',
      explanation: 'What an ordinary success looks like.',
      groups: [random(right, 0)],
    },
    {
      title: 'Wrong, at random',
      explanation: 'What an ordinary mistake looks like.',
      groups: [random(wrong, 1)],
    },
    {
      title: 'Right and most confident',
      explanation: 'For each class, the pictures it was surest of, and rightly.',
      groups: surest(right),
    },
    {
      title: 'Wrong and most confident',
      explanation:
        'For each class, the pictures taken for it with most confidence that show something else. Wrong labels turn up here.',
      groups: surest(wrong),
    },
    {
      title: 'Most uncertain',
      explanation:
        classes.length === 2
          ? 'The pictures whose probability is nearest to 0.5.'
          : 'The pictures whose two most probable classes are closest to each other.',
      groups: [
        { pictures: judgements.toSorted((a, b) => marginOf(a) - marginOf(b)).slice(0, count), of: judgements.length },
      ],
    },
  ];
}
