// The split command in a process of its own, without the rest of the program, so that it starts quickly.
import { Command } from 'commander';
import { addSplit } from '../../src/cli/split.js';

const program = new Command('vggpu');
addSplit(program);
await program.parseAsync();
