/** Puts problems into words, for whoever tells them: the reporter, or the workers of a run that has none. */
import type { ArtifactProblem } from './protocol';

/** One line for each reason, however often it struck. */
export function problemLines(problems: readonly ArtifactProblem[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const { what, reason } of problems)
    byReason.set(reason, [...(byReason.get(reason) ?? []), what]);
  return [...byReason].map(
    ([reason, [first = '', ...others]]) =>
      `${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}: ${reason}`,
  );
}
