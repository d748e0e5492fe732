// `vggpu fetch` as a process of its own, for tests that stop it.
import { Command } from 'commander';
import { addFetch } from '../../../src/cli/fetch.js';

const program = new Command('vggpu');
addFetch(program);
await program.parseAsync(process.argv);
