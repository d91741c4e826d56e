/** Calls about the server itself. */
import * as z from 'zod';

import type { Operation } from './operation';

const healthSchema = z.object({ status: z.string(), version: z.string(), description: z.string() });
const descriptionSchema = z.looseObject({ openapi: z.string() });

export const serviceOperations = {
  health: {
    method: 'GET',
    path: '/health',
    summary: 'Whether the server is up',
    open: true,
    response: healthSchema,
  },
  describeApi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description',
    open: true,
    response: descriptionSchema,
  },
} as const satisfies Record<string, Operation>;
