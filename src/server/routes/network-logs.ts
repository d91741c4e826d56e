/** Routes of the network log: the list of its batches, and each of them by a URL that works for a while without a key. */
import {
  decodeNetworkLogsQuery,
  encodeNetworkLogs,
  NETWORK_LOG_FORMAT,
} from '../../contract/network-logs';
import { routes } from '../../contract/routes';
import { notFound } from '../../contract/refusals';
import type { Exchange, Route } from '../http/http-router';
import type { KnownSession } from '../sessions/known-session';
import { batchPath, isBatchKey, listBatches, type BatchFile } from '../network/batch-files';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import { sendFile } from '../http/send-file';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import { sessionOf } from './path-session';

/** What these routes work with. */
export interface NetworkLogRouteParts {
  registry: SessionRegistry;
  signer: UrlSigner;
  /** How long a download URL works, in seconds. @default one hour */
  urlSeconds?: number | undefined;
}

/** While a session runs and after it. Looking does not count as using it. */
export function networkLogRoutes(parts: NetworkLogRouteParts): Route[] {
  const session = (exchange: Exchange): AnySession => sessionOf(parts.registry, exchange);
  return [
    {
      method: 'GET',
      path: '/sessions/:id/network/logs',
      handle: (exchange) => list(parts, session(exchange), exchange),
    },
    {
      method: 'GET',
      path: '/sessions/:id/network/logs/:key',
      open: true,
      handle: (exchange) => download(parts, session(exchange), exchange),
    },
  ];
}

async function list(
  { signer, urlSeconds = URL_MS / 1000 }: NetworkLogRouteParts,
  session: AnySession,
  { query, baseUrl, json }: Exchange,
): Promise<void> {
  const { limit, download: wantsUrls } = decodeNetworkLogsQuery(query);
  const { id } = session;
  const files = await batchesOf(session);
  const expiresAt = new Date(Date.now() + urlSeconds * 1000);
  const batches = files.slice(limit === undefined ? 0 : -limit).map((file) => ({
    ...file,
    downloadUrl: wantsUrls
      ? `${baseUrl}${batchUrl(id, file.key)}?${signer.sign(batchUrl(id, file.key), expiresAt)}`
      : null,
    downloadUrlExpiresInSeconds: wantsUrls ? urlSeconds : null,
  }));
  json(
    encodeNetworkLogs({
      sessionId: id,
      totalBatchCount: files.length,
      format: NETWORK_LOG_FORMAT,
      batches,
    }),
  );
}

/** While the session runs, what is not written yet is written first. */
async function batchesOf(session: AnySession): Promise<BatchFile[]> {
  return session.status === 'active'
    ? session.ensureActive().networkLog.batches()
    : listBatches(session.folder.network);
}

async function download(
  { signer }: NetworkLogRouteParts,
  { id, folder }: KnownSession,
  { params, query, request, response }: Exchange,
): Promise<void> {
  const { key = '' } = params;
  signer.check(batchUrl(id, key), query, 'network log');
  const isThere =
    isBatchKey(key) && (await listBatches(folder.network)).some((file) => file.key === key);
  if (!isThere)
    throw notFound(
      `The network log of session ${id} has no batch ${key}. Older ones make room for newer ones; ask for the network logs again.`,
    );
  await sendFile(request, response, {
    path: batchPath(folder.network, key),
    contentType: 'application/json',
  });
}

function batchUrl(id: string, key: string): string {
  return `${routes.networkLogs(id)}/${encodeURIComponent(key)}`;
}
