/** Routes of file storage: upload, list, and URLs that fetch a file for a while without a key. */
import { basename } from 'node:path';
import { routes } from '../../contract/routes';
import { encodeFileList } from '../../contract/storage';
import type { Exchange, Route } from '../http/http-router';
import type { SessionRegistry } from '../sessions/registry';
import { sendFile } from '../http/send-file';
import type { FileStorage } from '../data/storage';
import { URL_MS, type UrlSigner } from '../http/url-signer';
import { sessionOf } from './path-session';

/** What these routes work with. */
export interface StorageRouteParts {
  registry: SessionRegistry;
  storage: FileStorage;
  signer: UrlSigner;
}

/** A folder of files, and the path that its files have in the API. */
interface Place {
  folder: string;
  path: (name: string) => string;
}

/** Uploads of the account, and downloads of each session, ended ones too. */
export function storageRoutes(parts: StorageRouteParts): Route[] {
  const uploads = (): Place => ({ folder: parts.storage.uploads, path: routes.upload });
  const downloads = (exchange: Exchange): Place => {
    const { id, folder } = sessionOf(parts.registry, exchange);
    return { folder: folder.downloads, path: (name) => routes.download(id, name) };
  };
  const at = (place: (exchange: Exchange) => Place, list: string, file: string): Route[] => [
    {
      method: 'GET',
      path: list,
      handle: (exchange) => listFiles(parts, place(exchange), exchange),
    },
    {
      method: 'POST',
      path: file,
      handle: (exchange) => storeFile(parts, place(exchange), exchange),
    },
    { method: 'GET', path: file, handle: (exchange) => showUrl(parts, place(exchange), exchange) },
    {
      method: 'GET',
      path: `${file}/content`,
      open: true,
      handle: (exchange) => sendContent(parts, place(exchange), exchange),
    },
  ];
  return [
    ...at(uploads, '/storage/uploads', '/storage/uploads/:name'),
    ...at(downloads, '/storage/:id/downloads', '/storage/:id/downloads/:name'),
  ];
}

async function listFiles(
  { storage }: StorageRouteParts,
  { folder }: Place,
  { json }: Exchange,
): Promise<void> {
  json(encodeFileList(await storage.list(folder)));
}

async function storeFile(
  { storage }: StorageRouteParts,
  { folder }: Place,
  { request, params, json }: Exchange,
): Promise<void> {
  await storage.receive(request, folder, params['name'] ?? '');
  json({ success: true });
}

async function showUrl(
  { storage, signer }: StorageRouteParts,
  place: Place,
  { params, baseUrl, json }: Exchange,
): Promise<void> {
  const name = params['name'] ?? '';
  await storage.find(place.folder, name);
  const path = contentPath(place, name);
  json({ url: `${baseUrl}${path}?${signer.sign(path, new Date(Date.now() + URL_MS))}` });
}

/** Whatever the file holds, it is never shown as a page of this server. */
async function sendContent(
  { storage, signer }: StorageRouteParts,
  place: Place,
  { params, query, request, response }: Exchange,
): Promise<void> {
  const name = params['name'] ?? '';
  signer.check(contentPath(place, name), query, 'file');
  const path = await storage.find(place.folder, name);
  response.setHeader(
    'content-disposition',
    `attachment; filename*=UTF-8''${encodeURIComponent(basename(path)).replace(/['()*]/g, escapeMark)}`,
  );
  response.setHeader('x-content-type-options', 'nosniff');
  await sendFile(request, response, { path, contentType: 'application/octet-stream' });
}

function contentPath(place: Place, name: string): string {
  return `${place.path(name)}/content`;
}

/** What `encodeURIComponent` leaves and RFC 8187 wants escaped. */
function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
