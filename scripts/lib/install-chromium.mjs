/** Installs a browser, or what goes with it, on a machine that has none: Playwright's own build, else by the system's package manager where we may. */

/** A download without any output for this long is taken for dead: Playwright's own connection timeout is 30 s, tried on several servers. */
const IDLE_LIMIT_MS = 120_000;
/** Nothing here takes longer on a slow line: 170 MiB at 0.3 MiB/s. */
const LIMIT_MS = 10 * 60_000;

/**
 * Package managers by the command that detects them, and the packages of each product. `asRoot`: needs root, or sudo without a
 * password. Debian's `chromium-sandbox` keeps the sandbox for users whose system has no user namespaces; a page without any font is
 * unreadable. Only the benchmark, a Selenium Grid, and a test of what stands in front of a server need more than a Chromium.
 */
const PACKAGE_MANAGERS = [
  {
    name: 'apt-get',
    platform: 'linux',
    asRoot: true,
    before: [['update', '-q']],
    install: ['install', '-y', '--no-install-recommends'],
    packages: {
      chromium: ['chromium', 'chromium-sandbox', 'fonts-liberation'],
      'chromium-headless-shell': ['chromium-headless-shell', 'fonts-liberation'],
      ffmpeg: ['ffmpeg'],
      nginx: ['nginx'],
      java: ['default-jre-headless'],
      chromedriver: ['chromium', 'chromium-driver', 'fonts-liberation'],
    },
  },
  {
    name: 'dnf',
    platform: 'linux',
    asRoot: true,
    install: ['install', '-y'],
    packages: { chromium: ['chromium'] },
  },
  {
    name: 'apk',
    platform: 'linux',
    asRoot: true,
    install: ['add', '--no-cache'],
    packages: { chromium: ['chromium', 'font-liberation'] },
  },
  {
    name: 'pacman',
    platform: 'linux',
    asRoot: true,
    install: ['-Sy', '--noconfirm', '--needed'],
    packages: { chromium: ['chromium'] },
  },
  {
    name: 'zypper',
    platform: 'linux',
    asRoot: true,
    install: ['--non-interactive', 'install'],
    packages: { chromium: ['chromium'] },
  },
  {
    name: 'brew',
    platform: 'darwin',
    asRoot: false,
    install: ['install'],
    packages: { chromium: ['--cask', 'google-chrome'] },
  },
  {
    name: 'winget',
    platform: 'win32',
    asRoot: false,
    install: ['install'],
    packages: {
      chromium: [
        '--id',
        'Google.Chrome',
        '--exact',
        '--silent',
        '--accept-package-agreements',
        '--accept-source-agreements',
      ],
    },
  },
];

/** @typedef {'chromium' | 'chromium-headless-shell' | 'ffmpeg' | 'nginx' | 'java' | 'chromedriver'} Product the first three by Playwright's name */

/** What Playwright has downloads of. */
const OF_PLAYWRIGHT = ['chromium', 'chromium-headless-shell', 'ffmpeg'];
/** What is no browser. */
const TOOLS = ['ffmpeg', 'nginx', 'java', 'chromedriver'];

/**
 * Installs a product, by the first way that ends with one that can be found.
 *
 * @template T
 * @param {object} machine what this machine can do; a test passes its own
 * @param {Product} [machine.product] (default: chromium)
 * @param {() => Promise<T | undefined>} machine.find looks for a usable one again
 * @param {(label: string, command: string, args: string[], limits: { limitMs: number, idleLimitMs: number }) => Promise<{ isDone: boolean, problem: string }>} machine.run
 * @param {(command: string) => boolean} machine.has whether the command exists
 * @param {string} machine.platform as `process.platform`
 * @param {boolean} machine.isMusl Playwright has no browsers for musl, as on Alpine
 * @param {'root' | 'sudo' | 'none'} machine.privilege `sudo`: works without a password
 * @param {string} machine.playwrightCli path of Playwright's `cli.js`
 * @param {string} machine.node path of Node
 * @returns {Promise<{ browser?: T, tried: string[], advice: string }>} what was tried and how it failed, each in one line, and the one command that helps
 */
export async function installChromium({ product = 'chromium', ...rest }) {
  const machine = { product, ...rest };
  const tried = [];
  const done = new Set();
  for (const attempt of [...playwrightAttempts(machine), ...managerAttempts(machine)]) {
    if (attempt.onlyAfter && !done.has(attempt.onlyAfter)) continue;
    const problem = attempt.refusal ?? (await perform(machine, attempt));
    if (problem === undefined) done.add(attempt.label);
    const browser = problem === undefined ? await machine.find() : undefined;
    if (browser !== undefined) return { browser, tried, advice: '' };
    tried.push(
      `${attempt.label}: ${problem ?? `done, but no ${TOOLS.includes(product) ? product : 'browser'} that runs was found after it`}`,
    );
  }
  return { tried, advice: adviceFor(machine) };
}

/** Playwright's own build; and, where we may, the libraries that it needs and a bare Debian or Ubuntu lacks. */
function playwrightAttempts(machine) {
  if (!OF_PLAYWRIGHT.includes(machine.product)) return [];
  const attempt = (subcommand) => {
    const label = `npx playwright ${subcommand} ${machine.product}`;
    return {
      label,
      commands: [
        {
          label,
          command: machine.node,
          args: [machine.playwrightCli, subcommand, machine.product],
        },
      ],
    };
  };
  const download = attempt('install');
  if (machine.isMusl)
    return [{ label: download.label, refusal: 'Playwright has no build for this system (musl)' }];
  const mayAddLibraries =
    machine.platform === 'linux' && machine.has('apt-get') && machine.privilege !== 'none';
  return mayAddLibraries
    ? [download, { ...attempt('install-deps'), onlyAfter: download.label }]
    : [download];
}

function managerAttempts(machine) {
  return managersOf(machine).map((manager) => {
    const label = shellLine(manager, machine);
    if (manager.asRoot && machine.privilege === 'none')
      return { label, refusal: 'needs root, or sudo without a password' };
    return {
      label,
      commands: stepsOf(manager, machine.product).map((step) =>
        asCommand(manager, step, machine.privilege),
      ),
    };
  });
}

/** Runs an attempt's commands in order. Returns what went wrong, or undefined. */
async function perform(machine, attempt) {
  for (const { label, command, args } of attempt.commands) {
    const { isDone, problem } = await machine.run(label, command, args, {
      limitMs: LIMIT_MS,
      idleLimitMs: IDLE_LIMIT_MS,
    });
    if (!isDone) return problem;
  }
  return undefined;
}

function asCommand(manager, step, privilege) {
  const label = `${manager.name} ${step.join(' ')}`;
  return manager.asRoot && privilege === 'sudo'
    ? { label, command: 'sudo', args: ['-n', manager.name, ...step] }
    : { label, command: manager.name, args: step };
}

function shellLine(manager, { product, privilege }) {
  const prefix = manager.asRoot && privilege !== 'root' ? 'sudo ' : '';
  return stepsOf(manager, product)
    .map((step) => `${prefix}${manager.name} ${step.join(' ')}`)
    .join(' && ');
}

function stepsOf({ before = [], install, packages }, product) {
  return [...before, [...install, ...packages[product]]];
}

/** The package managers of this machine that have the product. */
function managersOf({ platform, product, has }) {
  return PACKAGE_MANAGERS.filter(
    (manager) => manager.platform === platform && product in manager.packages && has(manager.name),
  );
}

/** The one command to run by hand: the package manager's if there is one, since Playwright's own was tried without any privilege. */
function adviceFor(machine) {
  const [manager] = managersOf(machine);
  return manager
    ? shellLine(manager, machine)
    : OF_PLAYWRIGHT.includes(machine.product)
      ? `npx playwright install --with-deps ${machine.product}`
      : `your system's package manager, for ${machine.product}`;
}
