/** Reads the end of a file that grows: however long it is, no more than asked for is in memory. */
import { open } from 'node:fs/promises';

/** The last bytes of a file as text; it may begin within a line. Empty when there is no such file. */
export async function readFileEnd(file: string, maxBytes: number): Promise<string> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, maxBytes);
    const { buffer, bytesRead } = await handle.read({
      buffer: Buffer.alloc(length),
      position: size - length,
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
