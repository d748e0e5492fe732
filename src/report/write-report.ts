// From an evaluation to its report on disk: chooses pictures, makes them small, writes the page whole or not at all.
import { writeFileAtomic } from '../data/files/atomic-file.js';
import { chooseGallery } from './gallery.js';
import { renderPage } from './page/page.js';
import type { Report } from './report.js';
import { chooseClasses } from './shown-classes.js';
import { makeThumbnails } from './thumbnails.js';
import { chooseViews } from './views.js';

/**
 * Writes a report as one HTML file.
 * @param onProgress told how many pictures are small
 * @throws VggpuError 'output'; what stood at `file` before is then untouched
 */
export async function writeReport(
  file: string,
  report: Report,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const { judgements, confusion, views: count, seed, exif } = report;
  const classes = chooseClasses(confusion);
  const views = chooseViews(judgements, { classes, count, seed });
  const cells = chooseGallery(judgements, classes);
  const shown = [...cells, ...views.flatMap(({ groups }) => groups)].flatMap(({ pictures }) => pictures);
  const thumbnails = await makeThumbnails(
    shown.map(({ path }) => path),
    { exif, onProgress },
  );
  await writeFileAtomic(file, renderPage(report, { classes, views, cells, thumbnails }));
}
