/** Brings what Playwright's own reports say of a run together with the run page: a line with a link, and an attachment. */
import { dirname } from 'node:path';
import type { FullConfig, TestCase, TestResult } from '@playwright/test/reporter';
import { lineAfterRun, SESSION } from '../story/session-line';
import { addToHtmlReport, htmlReportFolder } from './html-report';
import type { RunData } from './run/data';
import { attemptName } from './run/run-log';
import type { WrittenPage } from './run-page';

/** Name of the attachment that leads to the run page. */
const RUN_PAGE = 'run page';

/** The links of one run. */
export class Links {
  readonly #htmlReport: string | undefined;
  readonly #pageUrl: string | undefined;
  /** Results that name a session, by the names of their attempts. */
  readonly #results = new Map<string, TestResult>();

  /** @param pageUrl - the address of the run page's folder, for those who read the reports */
  constructor(config: Pick<FullConfig, 'reporter' | 'configFile'>, pageUrl?: string) {
    this.#htmlReport = htmlReportFolder(config);
    this.#pageUrl = pageUrl?.replace(/\/*$/, '/index.html');
  }

  /** Whether there will be an HTML report that can lead to the page. */
  get hasHtmlReport(): boolean {
    return this.#htmlReport !== undefined;
  }

  /** An attempt of a test has ended. */
  ended(test: TestCase, result: TestResult): void {
    if (result.annotations.some(({ type }) => type === SESSION))
      this.#results.set(attemptName(test, result), result);
  }

  /** Puts them into the results, ahead of the reporters that read them. */
  link(written: WrittenPage | undefined): void {
    for (const [name, { annotations, attachments }] of this.#results) {
      const hash = written?.places.get(name);
      const link =
        this.#pageUrl === undefined || hash === undefined ? undefined : `${this.#pageUrl}#${hash}`;
      for (const annotation of annotations)
        if (annotation.type === SESSION && annotation.description !== undefined)
          annotation.description = lineAfterRun(annotation.description, link);
      const path = written?.linkPages.get(name);
      if (path !== undefined) attachments.push({ name: RUN_PAGE, contentType: 'text/html', path });
    }
  }

  /**
   * Adds the run page to Playwright's HTML report, once that is written.
   * @throws when it cannot be written
   */
  async addToReport(data: RunData, page: string): Promise<void> {
    if (this.#htmlReport !== undefined)
      await addToHtmlReport(this.#htmlReport, data, dirname(page));
  }
}
