/** Opens a URL in the browser that the user of this machine looks at. */
import { spawn } from 'node:child_process';

/** The command of each platform that does it. */
const OPENERS: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/**
 * Opens it. Other users of the machine may see the URL in the list of processes for a moment.
 * @param hasDisplay - whether there is a display, on Linux: without one there is nothing to look at
 * @returns false when there is nothing to open it with
 */
export async function openInBrowser(url: string, hasDisplay: boolean): Promise<boolean> {
  if (process.platform === 'linux' && !hasDisplay) return false;
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...args, url], { stdio: 'ignore' });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
