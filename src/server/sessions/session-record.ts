/** `session.json`: what outlives a session, and how it comes back after a restart. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
