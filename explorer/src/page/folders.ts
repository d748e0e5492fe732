// Folders of pictures that are dropped into the page or chosen: the folder that a picture lies in is its class.

/** A file with the name of the folder that it lies in. */
export interface FiledPicture {
  readonly folder: string;
  readonly file: File;
}

/** Names that operating systems leave in folders. */
const HIDDEN = /^\.|^Thumbs\.db$/;

/** What a file dialog for folders gave. */
export function filesOfInput(files: FileList | null): FiledPicture[] {
  return [...(files ?? [])]
    .filter(({ name }) => !HIDDEN.test(name))
    .map((file) => ({ folder: file.webkitRelativePath.split('/').at(-2) ?? '', file }));
}

/** What was dropped: folders, with the folders in them. */
export async function filesOfDrop(items: DataTransferItemList): Promise<FiledPicture[]> {
  const entries = [...items].map((item) => item.webkitGetAsEntry()); // before the first await: the list is gone after it
  const found = await Promise.all(entries.map((entry) => (entry ? filesIn(entry, '') : [])));
  return found.flat();
}

async function filesIn(entry: FileSystemEntry, folder: string): Promise<FiledPicture[]> {
  if (HIDDEN.test(entry.name)) return [];
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ folder, file }];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const reader = entry.createReader();
  const files: FiledPicture[] = [];
  for (;;) {
    // A reader gives a hundred at a time.
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return files;
    for (const own of entries) files.push(...(await filesIn(own, entry.name)));
  }
}
