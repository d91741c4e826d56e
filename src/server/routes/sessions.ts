/** Handlers that start, list, show and stop sessions, and those that show what happened in them. */
import { pageOf } from '../../base/page';
import { headers } from '../../contract/headers';
import { NETWORK_LOG_FORMAT } from '../../contract/network-logs';
import { isTheirs } from '../accounts/account';
import { listBatches } from '../network/batch-files';
import type { SessionRegistry } from '../sessions/registry';
import { describeFully, describeSession } from '../sessions/known-session';
import { URL_MS, type UrlSigner } from '../http/signed-urls';
import type { Handler, Handlers } from './bind';
import { batchAddress } from './files';

/** Sessions, their steps, tests and network logs. */
export function sessionHandlers(registry: SessionRegistry, signer: UrlSigner) {
  return {
    startSession: async ({ body, account, baseUrl, request, response, left }) => {
      const key = request.headers[headers.idempotencyKey];
      const idempotencyKey = typeof key === 'string' && key !== '' ? key : undefined;
      const session = await registry.start(body, { account, leaving: left, idempotencyKey });
      if (idempotencyKey !== undefined) response.setHeader(headers.idempotencyKey, idempotencyKey);
      else if (left.aborted)
        await session.end({ status: 'closed', reason: 'Its caller left before it was ready.' });
      return describeSession(session, baseUrl);
    },
    /** Without steps, which may take megabytes. `only_current_token` and `include_system` change nothing: a key only sees its own sessions, and the server starts none for itself. */
    listSessions: ({ query, account, baseUrl }) => {
      const { status, onlyActive } = query;
      const matches = registry.all.filter(
        (session) =>
          isTheirs(account, session.owner) &&
          (status === undefined || session.status === status) &&
          (!onlyActive || session.status === 'active'),
      );
      const page = pageOf(matches, query);
      return { ...page, items: page.items.map((session) => describeSession(session, baseUrl)) };
    },
    getSession: async ({ session, baseUrl }) => describeFully(session, baseUrl),
    stopSession,
    stopSessionByPost: stopSession,
    getOffset: ({ session }) => ({ offset: session.offset }),
    getWorkflowCode: async ({ session, query }) => {
      const { workflowCode } = await import('../workflow/workflow-code');
      return workflowCode(await session.steps(), query);
    },
    noteTests: ({ session, body: { notes } }) => {
      session.note(notes);
      return { taken: notes.length };
    },
    /** The log of a running session is complete up to this call. */
    getNetworkLogs: async ({ session, query: { limit, download }, baseUrl }) => {
      const files =
        session.status === 'active'
          ? await session.ensureActive().networkLog.batches()
          : await listBatches(session.folder.network);
      const batches = files.slice(limit === undefined ? 0 : -limit).map((file) => ({
        ...file,
        downloadUrl: download ? baseUrl + signer.sign(batchAddress(session.id, file.key)) : null,
        downloadUrlExpiresInSeconds: download ? URL_MS / 1000 : null,
      }));
      const { id: sessionId } = session;
      return { sessionId, totalBatchCount: files.length, format: NETWORK_LOG_FORMAT, batches };
    },
  } satisfies Partial<Handlers>;
}

/** The status is always `closed`, because clients take anything else for a failure to stop. */
const stopSession: Handler<'stopSession' | 'stopSessionByPost'> = async ({ session, baseUrl }) => {
  await session.end({ status: 'closed', reason: null });
  return { ...(await describeFully(session, baseUrl)), status: 'closed' };
};
