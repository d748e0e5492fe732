// A TypeDoc plugin: the README opens the site, without its heading, which the site repeats, and with plain paths instead of links
// to files and folders of the repository, which the site does not have. Pictures stay: the site gets copies.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.on('bootstrapEnd', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vggpu-docs-'));
    process.on('exit', () => rmSync(folder, { recursive: true }));
    const readme = app.options.getValue('readme');
    const moved = (path) => relative(folder, resolve(dirname(readme), path));
    const page = readFileSync(readme, 'utf8')
      .replace(/^# .*\n+/, '')
      .replace(/(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)]+)\)/g, (_, picture, text, path) =>
        picture ? `![${text}](${moved(path)})` : `\`${path}\``,
      );
    writeFileSync(join(folder, 'README.md'), page);
    app.options.setValue('readme', join(folder, 'README.md'));
  });
}
