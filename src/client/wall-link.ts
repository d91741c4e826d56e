/** A link that opens the wall of a server once, without its key: for a browser on the machine of whoever has that. */
import { HttpClient } from './http';
import { resolveClientOptions } from './options';

/** How long the server may take, in milliseconds: somebody waits for the page, which asks for the key where there is no link. */
const TIMEOUT_MS = 5_000;

/** The link; undefined when the server does not answer, does not take the key, or is not one of ours. Secret until it is used. */
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
