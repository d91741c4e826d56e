import { defineConfig } from 'tsup';
import { bundledByBuild, writeNotices } from './scripts/bundled.mjs';
import { commonJs } from './scripts/common-js.mjs';
import { sharedChunk } from './scripts/shared-chunk.mjs';

/** What users import. */
const PUBLIC = {
  index: 'fixtures/index.ts',
  config: 'src/config/index.ts',
  reporter: 'src/reporter/index.ts',
  client: 'src/client/index.ts',
  server: 'src/server/index.ts',
};

/**
 * One configuration for every entry: several with `clean` would race each other.
 * `commonJs` splits both formats, so that what is loaded lazily (server, encoder, viewer) stays in chunks of its own.
 */
export default defineConfig({
  entry: {
    ...PUBLIC,
    'global-setup': 'src/config/global-setup.ts',
    host: 'src/host/main.ts',
    'playwright-server': 'fixtures/playwright/server-main.ts',
    cli: 'src/cli/main.ts',
  },
  format: ['esm', 'cjs'],
  target: 'node20',
  platform: 'node',
  splitting: false,
  plugins: [commonJs(PUBLIC)],
  clean: true,
  dts: {
    compilerOptions: { stripInternal: true }, // what makes the client's objects would bring the schemas of the whole contract along
    entry: PUBLIC,
  },
  external: ['@playwright/test', 'playwright', 'playwright-core'],
  noExternal: ['undici', 'zod'], // in one piece they load in a fraction of the time
  loader: { '.html': 'text' },
  esbuildPlugins: [bundledByBuild, sharedChunk('index', 'src')],
  onSuccess: () => writeNotices('dist/THIRD-PARTY.txt'),
});
