/** Calls on stored files: uploads of the account, and downloads of each session. */
import { fileListSchema, fileStoredSchema, fileUrlSchema } from '../storage';
import type { Operation } from './operation';

export const fileOperations = {
  listUploads: {
    method: 'GET',
    path: '/storage/uploads',
    summary: "The account's files",
    response: fileListSchema,
  },
  uploadFile: {
    method: 'POST',
    path: '/storage/uploads/{filename}',
    summary: 'Store a file for actions to upload',
    repeatable: true,
    multipart: true,
    response: fileStoredSchema,
  },
  getUploadUrl: {
    method: 'GET',
    path: '/storage/uploads/{filename}',
    summary: 'Where to fetch a file for a while',
    response: fileUrlSchema,
  },
  listDownloads: {
    method: 'GET',
    path: '/storage/{session_id}/downloads',
    summary: 'Files that pages of the session have downloaded',
    response: fileListSchema,
  },
  uploadDownload: {
    method: 'POST',
    path: '/storage/{session_id}/downloads/{filename}',
    summary: 'Store a file among them',
    repeatable: true,
    multipart: true,
    response: fileStoredSchema,
  },
  getDownloadUrl: {
    method: 'GET',
    path: '/storage/{session_id}/downloads/{filename}',
    summary: 'Where to fetch one for a while',
    response: fileUrlSchema,
  },
} as const satisfies Record<string, Operation>;
