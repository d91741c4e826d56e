/** File storage: upload, list, and URLs that fetch a file for a while without a key. */
import { basename } from 'node:path';
import { addresses } from '../../contract/addresses';
import { fillPath } from '../../contract/paths';
import type { FileStorage } from '../data/storage';
import type { Exchange, Route } from '../http/http-router';
import { sendFile } from '../http/send-file';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import type { KnownSession } from '../sessions/known-session';
import type { SessionRegistry } from '../sessions/registry';
import type { Handlers } from './bind';

/** What these routes work with. */
export interface StorageRouteParts {
  registry: SessionRegistry;
  storage: FileStorage;
  signer: UrlSigner;
}

/** A folder of files, and the path at which the bytes of one are fetched. */
interface Place {
  folder: string;
  /** Whose files they are, where the path does not say it; undefined for the operator. */
  owner: string | undefined;
  contentPath: (filename: string) => string;
}

/** Names the owner in the URL of an upload. */
const OWNER = 'owner';

/** Uploads of the account, and downloads of each session, ended ones too. */
export function storageHandlers(
  parts: StorageRouteParts,
): Handlers<
  | 'listUploads'
  | 'uploadFile'
  | 'getUploadUrl'
  | 'listDownloads'
  | 'uploadDownload'
  | 'getDownloadUrl'
> {
  const { storage } = parts;
  return {
    listUploads: async ({ account }) => storage.list(storage.uploadsOf(account.name)),
    uploadFile: async ({ request, account, params: { filename } }) => {
      await storage.receive(request, storage.uploadsOf(account.name), filename);
      return { success: true };
    },
    getUploadUrl: async ({ params: { filename }, account, baseUrl }) => ({
      url: baseUrl + (await signedPath(parts, uploadsOf(parts, account.name), filename)),
    }),
    listDownloads: async ({ session }) => storage.list(session.folder.downloads),
    uploadDownload: async ({ request, session, params: { filename } }) => {
      await storage.receive(request, session.folder.downloads, filename);
      return { success: true };
    },
    getDownloadUrl: async ({ session, params: { filename }, baseUrl }) => ({
      url: baseUrl + (await signedPath(parts, downloadsOf(session), filename)),
    }),
  };
}

/** The bytes of files. */
export function storageRoutes(parts: StorageRouteParts): Route[] {
  return [
    {
      method: 'GET',
      path: addresses.uploadContent,
      open: true,
      handle: (exchange) => {
        const owner = exchange.query.get(OWNER) ?? undefined;
        return sendContent(parts, uploadsOf(parts, owner), exchange);
      },
    },
    {
      method: 'GET',
      path: addresses.downloadContent,
      open: true,
      handle: (exchange) =>
        sendContent(
          parts,
          downloadsOf(parts.registry.get(exchange.params['sessionId'] ?? '')),
          exchange,
        ),
    },
  ];
}

function uploadsOf({ storage }: StorageRouteParts, owner: string | undefined): Place {
  return {
    folder: storage.uploadsOf(owner),
    owner,
    contentPath: (filename) => fillPath(addresses.uploadContent, { filename }),
  };
}

function downloadsOf({ id, folder }: KnownSession): Place {
  return {
    folder: folder.downloads,
    owner: undefined,
    contentPath: (filename) => fillPath(addresses.downloadContent, { sessionId: id, filename }),
  };
}

async function signedPath(
  { storage, signer }: StorageRouteParts,
  place: Place,
  name: string,
): Promise<string> {
  await storage.find(place.folder, name);
  const path = place.contentPath(name);
  const whose = place.owner === undefined ? '' : `${OWNER}=${place.owner}&`;
  const signature = signer.sign(signedName(place, name), new Date(Date.now() + URL_MS));
  return `${path}?${whose}${signature}`;
}

/** What the signature is for: whose file it is, too. */
function signedName({ owner, contentPath }: Place, name: string): string {
  return owner === undefined ? contentPath(name) : `${contentPath(name)}?${OWNER}=${owner}`;
}

/** Whatever the file holds, it is never shown as a page of this server. */
async function sendContent(
  { storage, signer }: StorageRouteParts,
  place: Place,
  { params, query, request, response, admit }: Exchange,
): Promise<void> {
  const name = params['filename'] ?? '';
  signer.check(signedName(place, name), query, 'file');
  admit({ link: place.contentPath(name) });
  const path = await storage.find(place.folder, name);
  response.setHeader(
    'content-disposition',
    `attachment; filename*=UTF-8''${encodeURIComponent(basename(path)).replace(/['()*]/g, escapeMark)}`,
  );
  response.setHeader('x-content-type-options', 'nosniff');
  await sendFile(request, response, { path, contentType: 'application/octet-stream' });
}

/** What `encodeURIComponent` leaves and RFC 8187 wants escaped. */
function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
