/** Calls on stored files: the account's uploads, and the downloads of each session. */
import { encodeFileList, fileListSchema, fileStoredSchema, fileUrlSchema } from '../storage';
import type { Operation } from './operation';

const list = { schema: fileListSchema, encode: encodeFileList };
const stored = { schema: fileStoredSchema, encode: (result: { success: boolean }) => result };
const url = { schema: fileUrlSchema, encode: (result: { url: string }) => result };

export const fileOperations = {
  listUploads: {
    method: 'GET',
    path: '/storage/uploads',
    summary: "The account's files",
    response: list,
  },
  uploadFile: {
    method: 'POST',
    path: '/storage/uploads/{filename}',
    summary: 'Store a file for actions to upload',
    repeatable: true,
    multipart: true,
    response: stored,
  },
  getUploadUrl: {
    method: 'GET',
    path: '/storage/uploads/{filename}',
    summary: 'Where to fetch a file for a while',
    response: url,
  },
  listDownloads: {
    method: 'GET',
    path: '/storage/{session_id}/downloads',
    summary: 'Files that pages of the session have downloaded',
    response: list,
  },
  uploadDownload: {
    method: 'POST',
    path: '/storage/{session_id}/downloads/{filename}',
    summary: 'Store a file among them',
    repeatable: true,
    multipart: true,
    response: stored,
  },
  getDownloadUrl: {
    method: 'GET',
    path: '/storage/{session_id}/downloads/{filename}',
    summary: 'Where to fetch one for a while',
    response: url,
  },
} as const satisfies Record<string, Operation>;
