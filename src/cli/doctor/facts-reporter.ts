/** A reporter that sends the configuration to doctor, which has started Playwright for that. */
import type { FullConfig, Reporter } from '@playwright/test/reporter';
import { projectOptions } from '../../options/project';
import type { SuiteFacts } from './suite-facts';

/** The members that are JSON. Our own `toJSON` is not among them: it hides secrets. */
function jsonOf(use: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(use).filter(([, value]) => {
      try {
        return typeof JSON.stringify(value) === 'string';
      } catch {
        return false; // it refers to itself
      }
    }),
  );
}

export default class FactsReporter implements Reporter {
  onBegin({ version, configFile, rootDir, workers, reporter, projects }: FullConfig): void {
    const facts: SuiteFacts = {
      ...{ version, configFile, rootDir, workers },
      reporters: reporter.map(([name]) => name),
      projects: projects.map(({ name, timeout, use }) => ({
        ...{ name, timeout },
        use: jsonOf(use),
        names: Object.keys(use),
        sessionOptions: projectOptions(use),
      })),
    };
    process.send?.(facts);
  }

  printsToStdio(): boolean {
    return false;
  }
}
