/** Installs a Chromium on a machine that has none: Playwright's own build, else by the system's package manager where we may. */

/** A download without any output for this long is taken for dead: Playwright's own connection timeout is 30 s, tried on several servers. */
const IDLE_LIMIT_MS = 120_000;
/** Nothing here takes longer on a slow line: 170 MiB at 0.3 MiB/s. */
const LIMIT_MS = 10 * 60_000;

/**
 * Package managers by the command that tells they are there. `asRoot`: needs root, or sudo without a password.
 * Debian's `chromium-sandbox` keeps the sandbox for users whose system has no user namespaces; a page without any font is unreadable.
 */
const PACKAGE_MANAGERS = [
  {
    name: 'apt-get',
    platform: 'linux',
    asRoot: true,
    steps: [
      ['update', '-q'],
      [
        'install',
        '-y',
        '--no-install-recommends',
        'chromium',
        'chromium-sandbox',
        'fonts-liberation',
      ],
    ],
  },
  { name: 'dnf', platform: 'linux', asRoot: true, steps: [['install', '-y', 'chromium']] },
  {
    name: 'apk',
    platform: 'linux',
    asRoot: true,
    steps: [['add', '--no-cache', 'chromium', 'font-liberation']],
  },
  {
    name: 'pacman',
    platform: 'linux',
    asRoot: true,
    steps: [['-Sy', '--noconfirm', '--needed', 'chromium']],
  },
  {
    name: 'zypper',
    platform: 'linux',
    asRoot: true,
    steps: [['--non-interactive', 'install', 'chromium']],
  },
  {
    name: 'brew',
    platform: 'darwin',
    asRoot: false,
    steps: [['install', '--cask', 'google-chrome']],
  },
  {
    name: 'winget',
    platform: 'win32',
    asRoot: false,
    steps: [
      [
        'install',
        '--id',
        'Google.Chrome',
        '--exact',
        '--silent',
        '--accept-package-agreements',
        '--accept-source-agreements',
      ],
    ],
  },
];

/**
 * Installs a Chromium, by the first way that ends with one that can be found.
 *
 * @template T
 * @param {object} machine what this machine can do; a test passes its own
 * @param {() => Promise<T | undefined>} machine.find looks for a usable browser again
 * @param {(label: string, command: string, args: string[], limits: { limitMs: number, idleLimitMs: number }) => Promise<{ isDone: boolean, problem: string }>} machine.run
 * @param {(command: string) => boolean} machine.has whether the command exists
 * @param {string} machine.platform as `process.platform`
 * @param {boolean} machine.isMusl Playwright has no browsers for musl, as on Alpine
 * @param {'root' | 'sudo' | 'none'} machine.privilege `sudo`: works without a password
 * @param {string} machine.playwrightCli path of Playwright's `cli.js`
 * @param {string} machine.node path of Node
 * @returns {Promise<{ browser?: T, tried: string[], advice: string }>} what was tried and how it failed, each in one line, and the one command that helps
 */
export async function installChromium(machine) {
  const tried = [];
  const done = new Set();
  for (const attempt of [...playwrightAttempts(machine), ...managerAttempts(machine)]) {
    if (attempt.onlyAfter && !done.has(attempt.onlyAfter)) continue;
    const problem = attempt.refusal ?? (await perform(machine, attempt));
    if (problem === undefined) done.add(attempt.label);
    const browser = problem === undefined ? await machine.find() : undefined;
    if (browser !== undefined) return { browser, tried, advice: '' };
    tried.push(
      `${attempt.label}: ${problem ?? 'done, but no browser that runs was found after it'}`,
    );
  }
  return { tried, advice: adviceFor(machine) };
}

/** Playwright's own build; and, where we may, the libraries that it needs and a bare Debian or Ubuntu lacks. */
function playwrightAttempts(machine) {
  const attempt = (subcommand) => {
    const label = `npx playwright ${subcommand} chromium`;
    return {
      label,
      commands: [
        { label, command: machine.node, args: [machine.playwrightCli, subcommand, 'chromium'] },
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
  return PACKAGE_MANAGERS.filter(
    (manager) => manager.platform === machine.platform && machine.has(manager.name),
  ).map((manager) => {
    const label = shellLine(manager, machine.privilege);
    if (manager.asRoot && machine.privilege === 'none')
      return { label, refusal: 'needs root, or sudo without a password' };
    return {
      label,
      commands: manager.steps.map((step) => asCommand(manager, step, machine.privilege)),
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

function shellLine(manager, privilege) {
  const prefix = manager.asRoot && privilege !== 'root' ? 'sudo ' : '';
  return manager.steps.map((step) => `${prefix}${manager.name} ${step.join(' ')}`).join(' && ');
}

/** The one command to run by hand: the package manager's if there is one, since Playwright's own was tried without any privilege. */
function adviceFor(machine) {
  const manager = PACKAGE_MANAGERS.find(
    (candidate) => candidate.platform === machine.platform && machine.has(candidate.name),
  );
  return manager
    ? shellLine(manager, machine.privilege)
    : 'npx playwright install --with-deps chromium';
}
