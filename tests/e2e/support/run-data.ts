/** What the run page of a project's last run tells. */
import type { RunData } from '../../../src/reporter/run/data';
import type { Project } from './project';

/** Reads it out of the page, which is where a person's browser finds it. */
export async function runDataOf(project: Project): Promise<RunData> {
  const html = await project.read('sessionwright-report/index.html');
  const [, json = ''] =
    /<script id="run" type="application\/json">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json) as RunData;
}
