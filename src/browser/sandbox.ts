/** Whether Chromium can run inside its sandbox. It does, except where the system forbids it, and then one line says so. */

/** What is decided on the sandbox. `reason` tells why it is off. */
export interface SandboxDecision {
  enabled: boolean;
  reason?: string | undefined;
}

/** Chromium's own words for a sandbox that the system does not allow (user namespaces off, seccomp of a container, no setuid helper). */
const REFUSALS = [
  /No usable sandbox/i,
  /Failed to move to new namespace/i,
  /Running as root without --no-sandbox/i,
  /SUID sandbox helper binary was found, but is not configured correctly/i,
];

/** Decides before the start: Chromium refuses its sandbox to root on Linux, and a user may have switched it off. */
export function decideSandbox(args: readonly string[]): SandboxDecision {
  if (args.includes('--no-sandbox')) return { enabled: false, reason: '--no-sandbox was given' };
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { enabled: false, reason: 'Chromium cannot use it when run as root' };
  return { enabled: true };
}

/** Decides after a start that failed: the reason to try again without the sandbox, or undefined when the sandbox was not to blame. */
export function sandboxRefusal(stderr: string): string | undefined {
  return REFUSALS.some((words) => words.test(stderr))
    ? 'the system does not allow it (user namespaces are restricted)'
    : undefined;
}

/** The one line that says the sandbox is off. */
export function sandboxNotice(decision: SandboxDecision): string | undefined {
  return decision.enabled
    ? undefined
    : `Chromium runs without its sandbox: ${decision.reason ?? 'it was switched off'}.`;
}
