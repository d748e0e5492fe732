// `vggpu submission`: the file, the client's command, and wrong options as one sentence with nothing written.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addSubmission } from '../../src/cli/submission.js';
import { temporaryFolder } from '../temporary-folder.js';
import { runCommand } from './in-process.js';

const folder = temporaryFolder();
const [preds, out] = [join(folder, 'preds.csv'), join(folder, 'submission.csv')];
writeFileSync(preds, 'file,cats,dogs\nunknown/1.jpg,0.9999,0.0001\nunknown/2.jpg,0.25,0.75\nunknown/10.jpg,0.6,0.4\n');
const submission = (...more: string[]) => runCommand(addSubmission, 'submission', preds, '--out', out, ...more);
const dogs = ['--class', 'dogs', '--allow-missing'];

describe('vggpu submission', () => {
  it("clips as lesson 1's second program does, and prints how to submit", async () => {
    const { stdout, stderr } = await submission(...dogs);
    expect(readFileSync(out, 'utf8')).toBe('id,label\n1,0.02500\n2,0.75000\n10,0.40000\n');
    expect(stderr).toMatch(/^Left out, having no picture: ids 3, 4, 5, 6, 7, 8, 9\.$/m);
    expect(stderr).toMatch(/dogs-vs-cats-redux-kernels-edition has 12500 test pictures, and this file has 3 ids/);
    expect(stdout).toMatch(/^Wrote .*submission\.csv: 3 ids, the probability of dogs, clipped to 0\.025\.\.0\.975\.$/m);
    expect(stdout).toContain(
      `kaggle competitions submit -c dogs-vs-cats-redux-kernels-edition -f ${out} -m "VGG16 finetuned with vggpu, `,
    );
  });

  it('takes another clip or none, columns, a fill, a competition', async () => {
    await submission(...dogs, '--clip', '0.3,0.7');
    expect(readFileSync(out, 'utf8')).toBe('id,label\n1,0.30000\n2,0.70000\n10,0.40000\n');
    await submission(...dogs, '--no-clip', '--id-column', 'image', '--label-column', 'dog');
    expect(readFileSync(out, 'utf8')).toBe('image,dog\n1,0.00010\n2,0.75000\n10,0.40000\n');
    mkdirSync(join(folder, "it's here"));
    const quoted = join(folder, "it's here", 'sub.csv');
    const filled = ['--class', 'dogs', '--fill', '0.5', '--expect', '11', '--competition', 'dogs-vs-cats'];
    const { stdout, stderr } = await submission(...filled, '--out', quoted);
    expect(readFileSync(quoted, 'utf8').split('\n')).toHaveLength(13);
    expect(readFileSync(quoted, 'utf8')).toMatch(/\n9,0\.50000\n10,0\.40000\n11,0\.50000\n$/);
    expect(stderr).toBe('Filled with 0.5, having no picture: ids 3, 4, 5, 6, 7, 8, 9, 11.\n');
    expect(stdout).toContain(`-c dogs-vs-cats -f '${quoted.replace("'", "'\\''")}' -m`);
  });

  const wrong: [string, string[], string, RegExp][] = [
    ['holes', ['--class', 'dogs'], 'pictures', /7 ids are missing beside 3 that are there: 3, 4, 5, 6, 7, 8, 9\./],
    ['too few', [...dogs, '--expect', '5'], 'pictures', /Only the ids 1 to 5 are expected.*unknown\/10\.jpg/],
    ['an unknown class', ['--class', 'dog'], 'usage', /has no class dog\. Its classes are cats, dogs/],
    ['a falling clip', [...dogs, '--clip', '0.9,0.1'], 'usage', /--clip must be two rising numbers.*not '0\.9,0\.1'/],
    ['a clip past 1', [...dogs, '--clip', '0,2'], 'usage', /--clip/],
    ['a clip of words', [...dogs, '--clip', 'low,high'], 'usage', /--clip/],
    ['half a clip', [...dogs, '--clip', '0.5,'], 'usage', /--clip/],
    ['three clips', [...dogs, '--clip', '0,0.5,1'], 'usage', /--clip/],
    ['a fill past 1', [...dogs, '--fill', '7'], 'usage', /--fill must be a number from 0 to 1, not '7'/],
    ['fill and leave out', [...dogs, '--fill', '0.5'], 'usage', /choose one/],
    ['its own source', [...dogs, '--out', preds], 'usage', /preds\.csv holds the predictions/],
    ['no number', [...dogs, '--expect', 'all'], 'usage', /--expect must be a whole number/],
    ['no competition', [...dogs, '--competition', 'a; b'], 'usage', /--competition must be a name/],
    ['no folder', [...dogs, '--out', join(folder, 'none', 'a.csv')], 'output', /the folder .*none does not exist/],
  ];
  it.each(wrong)('refuses %s', async (_, parameters, code, says) => {
    writeFileSync(out, 'old');
    const before = readdirSync(folder);
    await expect(submission(...parameters)).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(readFileSync(out, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(before);
  });

  it('refuses a file that is not there', async () => {
    const none = join(folder, 'none.npy');
    const run = runCommand(addSubmission, 'submission', none, '--class', 'dogs', '--out', join(folder, 'new.csv'));
    await expect(run).rejects.toMatchObject({ code: 'output', message: expect.stringMatching(/no such file/) });
    expect(existsSync(join(folder, 'new.csv'))).toBe(false);
  });
});
