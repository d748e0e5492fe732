// The features command in a process of its own, to be killed.
import { Command } from 'commander';
import { addFeatures } from '../../src/cli/features.js';

const program = new Command('vggpu');
addFeatures(program);
await program.parseAsync();
