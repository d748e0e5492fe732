// What the environment says about tuning.
import { VggpuError } from '../errors.js';

/**
 * 'on': a table is used where there is one, and a training run on a hardware GPU measures what it lacks on the side; 'everywhere':
 * on software adapters too; 'off': neither.
 */
export type TuningSetting = 'on' | 'everywhere' | 'off';

/** `VGGPU_TUNE`: 0 is off, 1 is everywhere. @throws VggpuError 'usage' for anything else */
export function tuningSetting({ VGGPU_TUNE: value }: NodeJS.ProcessEnv = process.env): TuningSetting {
  if (value === undefined || value === '') return 'on';
  if (value === '0') return 'off';
  if (value === '1') return 'everywhere';
  throw new VggpuError(
    'usage',
    `VGGPU_TUNE is '${value}'; it takes 0 (no tuning table, no tuning) or 1 (tuning on the side on software adapters too).`,
  );
}
