/** Whether Chromium runs inside its sandbox. It does, unless the system does not allow it; then a notice says so. */

/** Whether the sandbox is on, and why it is off. */
export interface SandboxDecision {
  enabled: boolean;
  reason?: string | undefined;
}

/** Chromium's messages if the system does not allow its sandbox (no user namespaces, a container's system call filter, no setuid helper). */
const REFUSALS = [
  /No usable sandbox/i,
  /Failed to move to new namespace/i,
  /Running as root without --no-sandbox/i,
  /SUID sandbox helper binary was found, but is not configured correctly/i,
];

/** Decides before the start: on Linux, Chromium has no sandbox for root, and a user may switch it off. */
export function decideSandbox(args: readonly string[]): SandboxDecision {
  if (args.includes('--no-sandbox')) return { enabled: false, reason: '--no-sandbox was given' };
  if (process.platform === 'linux' && process.getuid?.() === 0)
    return { enabled: false, reason: 'Chromium cannot use it when run as root' };
  return { enabled: true };
}

/** Decides after a failed start: the reason to try again without the sandbox; undefined if the failure has another cause. */
export function sandboxRefusal(stderr: string): string | undefined {
  return REFUSALS.some((words) => words.test(stderr))
    ? 'the system does not allow it (user namespaces are restricted)'
    : undefined;
}

/** The notice that the sandbox is off. */
export function sandboxNotice(decision: SandboxDecision): string | undefined {
  return decision.enabled
    ? undefined
    : `Chromium runs without its sandbox: ${decision.reason ?? 'it was switched off'}.`;
}
