import { defineConfig, type Options } from 'tsup';
import { notices } from './scripts/notices.mjs';

/** What users import. */
const PUBLIC = {
  index: 'fixtures/index.ts',
  config: 'src/config/index.ts',
  reporter: 'src/reporter/index.ts',
  client: 'src/client/index.ts',
  server: 'src/server/index.ts',
  provider: 'src/browser/provider/index.ts',
};

const esbuildPlugins = [notices('dist/THIRD-PARTY.txt')];
const modules: Options = { format: 'esm', target: 'node20', platform: 'node', esbuildPlugins };

/** Each in one file, found by `src/base/built-file.ts`: tests run the sources and build these files first. */
export const ASSETS: Options[] = [
  {
    entry: {
      viewer: 'src/viewer/main.tsx',
      'run-page': 'src/reporter/page/main.tsx',
      encoder: 'src/recording/encoder-page.ts',
    },
    outDir: 'dist/assets',
    format: 'esm',
    target: ['chrome120', 'firefox120', 'safari17'],
    platform: 'browser',
    noExternal: [/./],
    splitting: false,
    minify: true,
    esbuildPlugins,
    esbuildOptions(options) {
      options.legalComments = 'none'; // THIRD-PARTY.txt has them
    },
  },
  {
    ...modules,
    entry: { 'heavy-work': 'src/server/work-main.ts' },
    outDir: 'dist/assets',
    splitting: false,
    esbuildOptions(options) {
      options.alias = { turndown: 'turndown/lib/turndown.browser.es.js' }; // without its own DOM
    },
  },
];

export default defineConfig([
  {
    ...modules,
    entry: {
      ...PUBLIC,
      'global-setup': 'src/config/global-setup.ts',
      host: 'src/host/main.ts',
      'playwright-server': 'src/server/playwright-main.ts',
      cli: 'src/cli/main.ts',
      'doctor-facts': 'src/cli/doctor/facts-reporter.ts',
    },
    clean: ['!assets/**'], // built at the same time
    dts: {
      compilerOptions: { stripInternal: true }, // the client's internals would bring the schemas of the whole contract along
      entry: PUBLIC,
    },
    external: ['@playwright/test', 'playwright', 'playwright-core'],
  },
  ...ASSETS,
]);
