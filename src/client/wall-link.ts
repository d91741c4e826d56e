/** Gets a single-use link to the wall of a server, for a browser on a machine that has the key. */
import { HttpClient } from './http';
import { resolveClientOptions } from './options';

/** Time limit of the request, in milliseconds: a person waits for the page. Without a link, the page asks for the key. */
const TIMEOUT_MS = 5_000;

/** Returns the link; undefined if the server does not answer, refuses the key, or is not ours. It is secret until its use. */
export async function wallLink(api: { url: string; key: string }): Promise<string | undefined> {
  const http = new HttpClient(
    resolveClientOptions({ apiUrl: api.url, apiKey: api.key, timeout: TIMEOUT_MS, retries: 0 }),
  );
  try {
    return (await http.call('openWall', { purpose: 'ask for a link to the wall' })).url;
  } catch {
    return undefined;
  } finally {
    await http.close();
  }
}
