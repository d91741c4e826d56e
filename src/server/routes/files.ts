/** Stored files, network logs, replays and clips: the handlers of storage, and a route with a signed URL for each kind of file. */
import { basename } from 'node:path';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import { notFound } from '../../contract/refusals';
import type { FileStorage } from '../data/storage';
import type { Exchange, Route } from '../http/http-router';
import type { SentFile } from '../http/send-file';
import { signedRoute, type UrlSigner } from '../http/signed-urls';
import { batchPath, listBatches } from '../network/batch-files';
import type { Replays } from '../replays/replays';
import type { AnySession, SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';
import { findClip } from './replays';

/** Uploads of the account, and downloads of each session, including ended ones. */
export function storageHandlers(storage: FileStorage, signer: UrlSigner) {
  return {
    listUploads: async ({ account }) => storage.list(storage.uploadsOf(account.name)),
    uploadFile: async ({ request, account, params: { filename } }) => {
      await storage.receive(request, storage.uploadsOf(account.name), filename);
      return { success: true };
    },
    getUploadUrl: async ({ params: { filename }, account: { name: owner }, baseUrl }) => {
      await storage.find(storage.uploadsOf(owner), filename);
      const path = fillPath(addresses.uploadContent, { filename });
      return { url: baseUrl + signer.sign(path, { owner }) };
    },
    listDownloads: async ({ session }) => storage.list(session.folder.downloads),
    uploadDownload: async ({ request, session, params: { filename } }) => {
      await storage.receive(request, session.folder.downloads, filename);
      return { success: true };
    },
    getDownloadUrl: async ({ session, params: { filename }, baseUrl }) => {
      await storage.find(session.folder.downloads, filename);
      const path = fillPath(addresses.downloadContent, { sessionId: session.id, filename });
      return { url: baseUrl + signer.sign(path) };
    },
  } satisfies Partial<Handlers>;
}

/** The files behind signed URLs. */
export function fileRoutes(parts: {
  registry: SessionRegistry;
  storage: FileStorage;
  replays: Replays;
  signer: UrlSigner;
}): Route[] {
  const { registry, storage, replays, signer } = parts;
  const ofSession = (
    address: string,
    what: string,
    find: (session: AnySession, exchange: Exchange) => Promise<SentFile>,
  ): Route =>
    signedRoute(signer, {
      address,
      what,
      find: async (exchange) => find(registry.get(exchange.params['sessionId'] ?? ''), exchange),
    });
  return [
    signedRoute(signer, {
      address: addresses.uploadContent,
      what: 'file',
      find: async ({ params, query }) => {
        const folder = storage.uploadsOf(query.get('owner') ?? undefined);
        return attachment(await storage.find(folder, params['filename'] ?? ''));
      },
    }),
    ofSession(addresses.downloadContent, 'file', async ({ folder }, { params }) =>
      attachment(await storage.find(folder.downloads, params['filename'] ?? '')),
    ),
    ofSession(addresses.networkLogBatch, 'network log', async ({ id, folder }, { params }) => {
      const { key = '' } = params;
      if (!(await listBatches(folder.network)).some((file) => file.key === key))
        throw notFound(
          `The network log of session ${id} has no batch ${key}. New batches replace old ones; request the network logs again.`,
        );
      return { path: batchPath(folder.network, key), contentType: 'application/json' };
    }),
    ofSession(addresses.replayFile, 'replay', async (session, { left }) => {
      const replay = await replays.replay(session, left);
      if (!replay) throw notFound(`Session ${session.id} has no recording.`);
      return { path: replay.path, contentType: 'video/mp4' };
    }),
    ofSession(addresses.clipFile, 'clip', async (session, { params, left }) => ({
      path: await findClip(replays, session, { position: params['test'] ?? '', left }),
      contentType: 'video/mp4',
    })),
  ];
}

/** The path of a batch of a network log. */
export function batchAddress(sessionId: string, key: string): string {
  return fillPath(addresses.networkLogBatch, { sessionId, key });
}

/** A file that browsers save and never show as a page of this server. */
function attachment(path: string): SentFile {
  const name = encodeURIComponent(basename(path)).replace(/['()*]/g, escaped);
  return {
    path,
    contentType: 'application/octet-stream',
    headers: {
      'content-disposition': `attachment; filename*=UTF-8''${name}`,
      'x-content-type-options': 'nosniff',
    },
  };
}

/** RFC 8187 requires this for characters that `encodeURIComponent` leaves. */
function escaped(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
