/** Looks for texts in everything below a folder: files, the archives among them, and archives in archives. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** Signatures and sizes of the ZIP format, as its specification (APPNOTE 4.3) tells them. */
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_ENTRY_BYTES = 46;
const FILE_HEADER_BYTES = 30;
const END_BYTES = 22;
const END = 0x06054b50;

/** Where a text was found. */
export interface Finding {
  place: string;
  text: string;
}

/** Every place below the folder that holds one of the texts, its names included. */
export function searchFolder(
  folder: string,
  texts: readonly string[],
): { findings: Finding[]; places: string[] } {
  const search = { texts, findings: [] as Finding[], places: [] as string[] };
  for (const name of namesBelow(folder)) {
    const path = join(folder, name);
    look(search, name, lstatSync(path).isFile() ? readFileSync(path) : Buffer.alloc(0));
  }
  return search;
}

/** Files and folders below a folder, by their paths from there. Links are not followed: Node's own `recursive` does. */
export function namesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => [
    entry.name,
    ...(entry.isDirectory()
      ? namesBelow(join(folder, entry.name)).map((name) => join(entry.name, name))
      : []),
  ]);
}

function look(
  search: { texts: readonly string[]; findings: Finding[]; places: string[] },
  place: string,
  content: Buffer,
): void {
  search.places.push(place);
  for (const text of search.texts)
    if (place.includes(text) || content.includes(text)) search.findings.push({ place, text });
  if (content.length > END_BYTES && content.readUInt16BE(0) === 0x504b)
    for (const [name, entry] of entriesOf(content)) look(search, `${place}:${name}`, entry);
  const [, embedded] =
    /data:application\/zip;base64,([A-Za-z0-9+/=]+)/.exec(content.toString('latin1')) ?? [];
  if (embedded) look(search, `${place}:embedded`, Buffer.from(embedded, 'base64'));
}

/** The files of an archive, by its directory, which stands at its end. */
function entriesOf(archive: Buffer): [string, Buffer][] {
  let end = archive.length - END_BYTES;
  while (end > 0 && archive.readUInt32LE(end) !== END) end--;
  const entries: [string, Buffer][] = [];
  let at = archive.readUInt32LE(end + 16);
  while (archive.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const [method, size] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20)];
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((it) =>
      archive.readUInt16LE(at + it),
    ) as [number, number, number];
    const header = archive.readUInt32LE(at + 42);
    const begin =
      header +
      FILE_HEADER_BYTES +
      archive.readUInt16LE(header + 26) +
      archive.readUInt16LE(header + 28);
    const packed = archive.subarray(begin, begin + size);
    const nameAt = at + DIRECTORY_ENTRY_BYTES;
    const name = archive.toString('utf8', nameAt, nameAt + nameLength);
    entries.push([name, method === 0 ? packed : inflateRawSync(packed)]);
    at = nameAt + nameLength + extraLength + commentLength;
  }
  return entries;
}
