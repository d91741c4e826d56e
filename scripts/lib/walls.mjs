/** Who may import whom (CONTRIBUTING.md explains why), for lint. A row names only rows above it, so that no two folders import each other. */

/** The folders of `src`. Everyone may import `base`, which imports nothing of ours. */
export const FOLDERS = {
  base: [],
  contract: [],
  story: [],
  ui: [],
  viewer: ['contract', 'ui'],
  cookies: ['contract'],
  options: ['contract'],
  cdp: ['contract'],
  playwright: [],
  client: ['contract', 'cookies', 'options'],
  browser: ['contract', 'cdp', 'options'],
  recording: ['contract', 'options', 'cdp', 'browser'],
  work: ['contract', 'options'],
  actions: ['contract', 'cdp', 'work'],
  server: ['contract', 'cdp', 'browser', 'recording', 'work', 'actions', 'options', 'playwright'],
  host: ['contract', 'cdp', 'browser', 'recording', 'server', 'client', 'options', 'story'],
  reporter: ['contract', 'host', 'options', 'story', 'ui'],
  config: ['contract', 'host', 'options', 'reporter'],
  cli: ['contract', 'client', 'cookies', 'host', 'server', 'browser', 'options'],
};

/** The rooms of `src/server`. None imports the files of `src/server` itself, which connect the rooms. */
export const SERVER_ROOMS = {
  accounts: [],
  metrics: [],
  http: ['accounts'],
  network: [],
  workflow: [],
  browsers: [],
  data: ['accounts', 'http'],
  sessions: ['accounts', 'browsers', 'data', 'metrics', 'network'],
  replays: ['sessions'],
  gateway: ['accounts', 'http', 'browsers', 'sessions'],
  viewer: ['accounts', 'http', 'network', 'sessions'],
  routes: [
    'accounts',
    'metrics',
    'http',
    'network',
    'workflow',
    'browsers',
    'data',
    'sessions',
    'replays',
    'viewer',
  ],
};

/** For `import-x/no-restricted-paths`: what is not named above is refused. */
export const zones = [
  { target: './src', from: './fixtures', message: 'src never imports fixtures.' },
  ...Object.entries(FOLDERS).map(([folder, others]) =>
    zone('./src', folder, folder === 'base' ? [] : ['base', ...others]),
  ),
  ...Object.entries(SERVER_ROOMS).map(([room, others]) => zone('./src/server', room, others)),
];

function zone(parent, folder, allowed) {
  return {
    target: `${parent}/${folder}`,
    from: parent,
    except: [folder, ...allowed].map((name) => `./${name}`),
    message: `${parent.slice(2)}/${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
  };
}
