// The numbers that tell one four-legged animal from another; heads and bodies are drawn from them alone.

/** Lengths are in the units of a head about 100 wide; angles do not occur. */
export interface Species {
  readonly head: {
    /** Half width and half height seen from the front. */
    readonly width: number;
    readonly height: number;
    /** How broad the chin is: 0 a point, 1 a box. */
    readonly jaw: number;
    /** Size on a body, against a head of 0.6. */
    readonly scale: number;
  };
  readonly ears: {
    readonly shape: 'pointed' | 'round' | 'long' | 'floppy' | 'folded' | 'sideways';
    readonly size: number;
    /** Ears in the colour of the markings. */
    readonly marked: boolean;
  };
  readonly muzzle: {
    readonly shape: 'puffs' | 'bulb' | 'mask' | 'snout' | 'broad' | 'bare';
    readonly width: number;
    readonly height: number;
    /** How far it stands out, seen from the side. */
    readonly length: number;
  };
  readonly nose: { readonly shape: 'triangle' | 'oval' | 'nostrils'; readonly size: number; readonly colour: string };
  readonly eyes: { readonly shape: 'slit' | 'round' | 'bead'; readonly size: number; readonly spread: number };
  readonly whiskers: boolean;
  readonly tongue: boolean;
  readonly crown: 'none' | 'horns' | 'mane' | 'ruff' | 'wool';
  readonly tail: {
    readonly shape: 'thin' | 'bushy' | 'sabre' | 'curl' | 'stub' | 'tuft' | 'plume';
    readonly colour?: string;
  };
  readonly body: {
    /** Half length and half thickness of the trunk. */
    readonly length: number;
    readonly thickness: number;
    /** How much the belly rises behind the ribs. */
    readonly waist: number;
    readonly neck: number;
  };
  readonly legs: { readonly length: number; readonly thickness: number; readonly hooves: boolean };
}
