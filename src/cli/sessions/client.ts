/** The client of the API that the environment names, for one command. */
import type { SessionsClient } from '../../client/index';
import { SessionwrightError } from '../../contract/errors';
import type { SessionInfo } from '../../contract/session';
import { environment } from '../../options/environment';

/**
 * Does work with a client.
 * @throws {@link SessionwrightError} `unauthorized` if no key is set, and what the work throws
 */
export async function withClient<T>(work: (client: SessionsClient) => Promise<T>): Promise<T> {
  if (environment.apiKey === undefined)
    throw new SessionwrightError(
      environment.apiUrl === undefined
        ? 'No session API is named. Set SESSIONWRIGHT_API_URL and SESSIONWRIGHT_API_KEY, which "sessionwright serve" prints, or NOTTE_API_KEY for the cloud.'
        : `There is no key for the session API ${environment.apiUrl}. Set ${environment.apiNames.apiKey}.`,
      { code: 'unauthorized' },
    );
  const { SessionsClient } = await import('../../client/index');
  const client = new SessionsClient();
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** A session as JSON for programs: as in TypeScript, without the URLs that contain tokens. */
export function toJson({ cdpUrl, playwrightUrl, viewerUrl, ...info }: SessionInfo): object {
  return info;
}
