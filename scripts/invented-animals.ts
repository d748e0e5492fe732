// Animals that nobody has seen, to pretrain on: parts of the animals that can be drawn, cats and dogs excepted.
import { drawAnimal } from '../src/data/drawings/body.js';
import { cow, goat, horse, pig, sheep } from '../src/data/drawings/farm-animals.js';
import { createRandom, type DrawnClass, type Random } from '../src/data/drawings/index.js';
import { drawScene } from '../src/data/drawings/scene.js';
import type { Species } from '../src/data/drawings/species.js';
import { bear, fox, lion, mouse, rabbit, squirrel } from '../src/data/drawings/wild-animals.js';

type Animal = (random: Random) => Species;

const ANIMALS: readonly Animal[] = [bear, fox, lion, mouse, rabbit, squirrel, cow, goat, horse, pig, sheep];

/** Upright ears on a face with puffed cheeks would make a cat, upright or hanging ones on a bulb of a muzzle a dog. */
function resemblesCatOrDog(ears: Animal, face: Animal): boolean {
  const upright = [fox, horse, pig].includes(ears);
  const hanging = [goat, rabbit, pig].includes(ears);
  const puffed = [lion, mouse, rabbit, squirrel].includes(face);
  const bulb = [bear, goat, lion].includes(face);
  return (upright && puffed) || ((upright || hanging) && bulb);
}

/** The ears of one animal and the face of another on any body: only the head tells the class. */
export const INVENTED_HEADS: readonly DrawnClass[] = [fox, goat, rabbit, mouse, cow].flatMap((ears) =>
  [mouse, rabbit, lion, bear, fox, pig, cow]
    .filter((face) => face !== ears && !resemblesCatOrDog(ears, face))
    .map((face) => ({
      name: `${ears.name}-eared ${face.name}`,
      draw(random: Random) {
        const [own, front, body] = [ears(random), face(random), random.pick(ANIMALS)(random)];
        const crown = body.crown === 'ruff' || body.crown === 'wool' ? 'none' : body.crown; // they would hide the ears
        const head = { ...front.head, scale: random.uniform(0.85, 1.2) };
        return drawSpecies(random, { ...body, ...headOf(front), head, crown, ears: own.ears });
      },
    })),
);

/** The ears, the face, the eyes and the body of one animal each, the same ones in every picture of a class. */
export const CHIMERAS: readonly DrawnClass[] = Array.from({ length: 24 }, (_, i) => {
  const parents = createRandom(`chimera/${i}`);
  const pick = () => parents.pick(ANIMALS);
  let [ears, face] = [pick(), pick()];
  while (resemblesCatOrDog(ears, face)) [ears, face] = [pick(), pick()];
  const [eyes, body] = [pick(), pick()];
  return {
    name: `chimera ${i}: ${ears.name}, ${face.name}, ${eyes.name}, ${body.name}`,
    draw(random: Random) {
      const [own, front, look, rest] = [ears(random), face(random), eyes(random), body(random)];
      const head = { ...look.head, jaw: front.head.jaw };
      return drawSpecies(random, { ...rest, ...headOf(front), head, eyes: look.eyes, ears: own.ears });
    },
  };
});

function headOf({ eyes, muzzle, nose, whiskers, tongue }: Species) {
  return { eyes, muzzle, nose, whiskers, tongue };
}

function drawSpecies(random: Random, species: Species): string {
  return drawScene(random, (brush) => drawAnimal(brush, species));
}
