/** Checks of a suite's configuration. */
import { hostOf, isLoopback } from '../../base/addresses';
import { shownUrl } from '../../base/redaction';
import { countText, durationText } from '../../base/texts';
import { environment } from '../../options/environment';
import { pathOfUse } from '../../options/project';
import { projectLeftToPlaywright } from '../../options/served';
import { hasOwnProcessors, hasRemoteApi, isElsewhere } from '../../options/source';
import { validateProjectUse } from '../../options/validate';
import { checked, type Check, type Result } from './check';
import type { ProjectFacts, SuiteFacts } from './suite-facts';

/** All checks of a configuration. */
export async function suiteChecks(suite: SuiteFacts): Promise<Check[]> {
  const category = 'suite';
  const projects = suite.projects.filter(({ use }) => projectLeftToPlaywright(use) === undefined);
  return [
    await checked({ id: 'config', category }, () => configResult(suite)),
    await checked({ id: 'reporters', category }, () => reportersResult(suite.reporters)),
    await checked({ id: 'options', category }, () => optionsResult(suite.projects)),
    await checked({ id: 'names', category }, () => namesResult(projects)),
    await checked({ id: 'localhost', category }, () => localhostResult(projects)),
    await checked({ id: 'duration', category }, () => durationResult(projects)),
    await checked({ id: 'display', category }, () => displayResult(projects)),
  ];
}

function configResult({ configFile, projects, workers }: SuiteFacts): Result {
  const left = projects.flatMap(({ name, use }) => {
    const reason = projectLeftToPlaywright(use);
    return reason === undefined ? [] : [`Project "${name}": ${reason}`];
  });
  const what = `${configFile ?? 'No configuration'}: ${countText(projects.length, 'project')}, ${countText(workers, 'worker')}`;
  if (left.length === 0) return { status: 'pass', message: what };
  return { status: 'info', message: [what, ...left].join('\n') };
}

/** The reporter must be the first: it waits for the clips before the others write their reports. */
export function reportersResult(reporters: readonly string[]): Result {
  const at = reporters.findIndex((it) => /[\\/]dist[\\/]reporter\.js$/.test(it));
  if (at < 0)
    return {
      status: 'warn',
      message: 'withSessions is not used: there is no summary and no run page.',
      fix: 'Wrap the configuration in withSessions of sessionwright/config, or run "npx sessionwright init".',
    };
  if (at === 0) return { status: 'pass', message: 'The reporter of sessionwright is the first' };
  return {
    status: 'warn',
    message: `The reporter of sessionwright comes after ${reporters[0] ?? ''}, whose report may lack clips.`,
    fix: 'Call withSessions with the whole configuration, after all reporters are in it.',
  };
}

/** By the checks of a run. */
function optionsResult(projects: readonly ProjectFacts[]): Result {
  for (const { name, use, names, sessionOptions } of projects)
    validateProjectUse(
      { ...Object.fromEntries(names.map((it) => [it, undefined])), ...use, sessionOptions },
      pathOfUse(name),
    );
  return { status: 'pass', message: 'All options are valid' };
}

function namesResult(projects: readonly ProjectFacts[]): Result {
  const taken = projects.find(({ names }) => names.includes('session'));
  if (!taken) return { status: 'pass', message: 'No name of a fixture is taken' };
  return {
    status: 'fail',
    message: `${pathOfUse(taken.name)}.session: "session" is the fixture of sessionwright, and is no option.`,
    fix: 'Rename the option, or use sessionOptions for options of sessions.',
  };
}

function localhostResult(projects: readonly ProjectFacts[]): Result {
  const url = ({ use }: ProjectFacts): string => (use['baseURL'] as string | undefined) ?? '';
  const found = projects.find(
    (it) =>
      URL.canParse(url(it)) &&
      isLoopback(hostOf(new URL(url(it)))) &&
      hasOwnProcessors(it.sessionOptions) &&
      it.sessionOptions.exposeNetwork === undefined,
  );
  if (!found) return { status: 'pass', message: 'Sessions reach the baseURL, or it is not local' };
  return {
    status: 'warn',
    message: `The baseURL ${shownUrl(url(found))} is on this machine, and the browsers are on another one.`,
    fix: "Set sessionOptions: { exposeNetwork: '<loopback>' }.",
  };
}

function durationResult(projects: readonly ProjectFacts[]): Result {
  const found = projects.find(
    ({ timeout, sessionOptions: { maxDuration = Infinity } }) => timeout > maxDuration,
  );
  if (!found) return { status: 'pass', message: 'Sessions last longer than the test timeout' };
  const { timeout, sessionOptions } = found;
  return {
    status: 'fail',
    message: `maxDuration is ${durationText(sessionOptions.maxDuration ?? 0)}, but a test may take ${durationText(timeout)}: no session would be long enough.`,
    fix: 'Increase maxDuration, or decrease the timeout.',
  };
}

function displayResult(projects: readonly ProjectFacts[]): Result {
  const isShown = ({ use, sessionOptions }: ProjectFacts): boolean =>
    (sessionOptions.headless ?? use['headless']) === false && !isElsewhere(sessionOptions);
  const needs = projects.some((it) => isShown(it) && !hasRemoteApi(it.sessionOptions));
  if (!needs) return { status: 'pass', message: 'No browser needs a display' };
  if (process.platform !== 'linux' || environment.hasDisplay)
    return { status: 'pass', message: 'Browsers have a display' };
  return {
    status: 'warn',
    message: 'headless is false, but there is no display: sessions run without a window.',
    fix: 'Set DISPLAY, or run under xvfb-run.',
  };
}
