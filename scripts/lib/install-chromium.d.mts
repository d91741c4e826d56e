/** Types of install-chromium.mjs, for its test. */

/** What the machine can do: the script passes the real one, a test its own. */
export interface Machine<T> {
  product?: 'chromium' | 'chromium-headless-shell' | 'ffmpeg' | 'nginx' | 'java' | 'chromedriver';
  node: string;
  playwrightCli: string;
  platform: string;
  isMusl: boolean;
  privilege: 'root' | 'sudo' | 'none';
  has(command: string): boolean;
  find(): Promise<T | undefined>;
  run(
    label: string,
    command: string,
    args: string[],
    limits: { limitMs: number; idleLimitMs: number },
  ): Promise<{ isDone: boolean; problem: string }>;
}

export function installChromium<T>(
  machine: Machine<T>,
): Promise<{ browser?: T; tried: string[]; advice: string }>;
