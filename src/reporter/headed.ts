/** `--headed` on sessions elsewhere, whose windows nobody sees: opens their live view, once per run, where there is a display to open it on. */
import type { FullProject } from '@playwright/test/reporter';
import { openInBrowser } from '../base/open-in-browser';
import type { RunViews } from '../host/protocol';
import { runnerState } from '../host/runner';
import { environment } from '../options/environment';
import { projectOptions } from '../options/project';
import { isElsewhere } from '../options/source';
import { print } from './print';
import { projectLeftToPlaywright } from '../options/served';

/** Time between two looks whether there is a session, in milliseconds. */
const LOOK_MS = 500;

/** Whether somebody wants to see sessions that run elsewhere. Sessions on this machine have windows. */
export function wantsLiveView(projects: readonly FullProject[]): boolean {
  return projects.some((project) => {
    const options = projectOptions(project.use);
    const isHeaded = (options.headless ?? project.use.headless) === false;
    return isHeaded && projectLeftToPlaywright(project.use) === undefined && isElsewhere(options);
  });
}

/**
 * Opens the view as soon as there is a session.
 * @returns stops to look for one
 */
export function openLiveView(): () => void {
  let isShown = false;
  const timer = setInterval(() => {
    findView()
      .then(async (url) => {
        if (url === undefined || isShown) return;
        isShown = true;
        clearInterval(timer);
        await show(url);
      })
      .catch(() => undefined); // no run fails for want of a view
  }, LOOK_MS).unref();
  return () => clearInterval(timer);
}

/** Undefined as long as there is no session. */
async function findView(): Promise<string | undefined> {
  const host = await runnerState().host?.catch(() => undefined);
  if (host?.isOpen !== true) return undefined;
  const views = await host.call('views', { withLinks: false }).catch(() => undefined); // it is gone
  return views && viewOf(views);
}

async function show(url: string): Promise<void> {
  if (await openInBrowser(url, environment.hasDisplay))
    print('the sessions are shown in your browser');
  else
    print(
      'There is no display to show the sessions on. "npx sessionwright open --print" prints a link to them while the run lasts.',
    );
}

/** What shows most without being asked for a key: all sessions of the run, or the first one. */
function viewOf({ walls, sessions }: RunViews): string | undefined {
  if (sessions.length === 0) return undefined;
  const wall = walls.find(({ asksForKey }) => !asksForKey);
  return wall?.url ?? sessions.find(({ viewerUrl }) => viewerUrl !== null)?.viewerUrl ?? undefined;
}
