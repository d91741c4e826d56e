/** Reads Playwright's traces: zip files of lines of JSON. */
import { readFile } from 'node:fs/promises';
import { inflateRawSync } from 'node:zlib';

/** An event of a trace, as far as tests look at it. */
export interface TraceEvent {
  /** Of what happened on a page. */
  pageId?: string;
  /** Of the first event of a context's recording; empty where it is of requests without a browser. */
  browserName?: string;
}

/** The events of its recordings, by their names, such as `0-trace.trace`. */
export async function eventsIn(path: string | undefined): Promise<Map<string, TraceEvent[]>> {
  if (path === undefined) throw new Error('There is no trace.');
  const zip = await readFile(path);
  const events = new Map<string, TraceEvent[]>();
  const end = zip.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  let at = zip.readUInt32LE(end + 16); // where its directory begins
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (name.endsWith('.trace')) events.set(name, linesOf(contentAt(zip, at)));
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return events;
}

function contentAt(zip: Buffer, entry: number): Buffer {
  const header = zip.readUInt32LE(entry + 42);
  const from = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
  const content = zip.subarray(from, from + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === 0 ? content : inflateRawSync(content);
}

function linesOf(content: Buffer): TraceEvent[] {
  return content
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as TraceEvent);
}
