/** The network log: the list of its batches, and each of them by a URL that works for a while without a key. */
import { addresses } from '../../contract/addresses';
import { NETWORK_LOG_FORMAT } from '../../contract/network-logs';
import { fillPath } from '../../contract/paths';
import { notFound } from '../../contract/refusals';
import type { Exchange, Route } from '../http/http-router';
import { batchPath, isBatchKey, listBatches, type BatchFile } from '../network/batch-files';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import { sendFile } from '../http/send-file';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import type { Handlers, OperationCall } from './bind';

/** What these routes work with. */
export interface NetworkLogRouteParts {
  registry: SessionRegistry;
  signer: UrlSigner;
  /** How long a download URL works, in seconds. @default one hour */
  urlSeconds?: number | undefined;
}

/** While a session runs and after it. Looking does not count as using it. */
export function networkLogHandlers(parts: NetworkLogRouteParts): Handlers<'getNetworkLogs'> {
  return { getNetworkLogs: async (call) => list(parts, call) };
}

/** The bytes of a batch. */
export function networkLogRoutes(parts: NetworkLogRouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: addresses.networkLogBatch,
      open: true,
      handle: (exchange) => download(parts, exchange),
    },
  ];
}

async function list(
  { signer, urlSeconds = URL_MS / 1000 }: NetworkLogRouteParts,
  { session, query, baseUrl }: OperationCall<'getNetworkLogs'>,
) {
  const { limit, download: wantsUrls } = query;
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
  return {
    sessionId: id,
    totalBatchCount: files.length,
    format: NETWORK_LOG_FORMAT,
    batches,
  };
}

/** While the session runs, what is not written yet is written first. */
async function batchesOf(session: AnySession): Promise<BatchFile[]> {
  return session.status === 'active'
    ? session.ensureActive().networkLog.batches()
    : listBatches(session.folder.network);
}

async function download(
  { registry, signer }: NetworkLogRouteParts,
  { params, query, request, response, admit }: Exchange,
): Promise<void> {
  const { sessionId = '', key = '' } = params;
  const { id, folder } = registry.get(sessionId);
  signer.check(batchUrl(id, key), query, 'network log');
  admit({ link: id });
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
  return fillPath(addresses.networkLogBatch, { sessionId: id, key });
}
