/** Runs on a CDP endpoint that starts a browser for each connection, as many clouds do. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startBrowserPerConnection, type BrowserPerConnection } from '../browser-per-connection';
import { openPictureViewer, type PictureViewer } from '../integration/recording/pictures';
import { leavesNothing } from './support/leaves-nothing';
import { expectPaintedClips, projectOn } from './support/painted-suite';
import type { Project } from './support/project';

const headers = { authorization: 'Bearer hunter2' };
let endpoint: BrowserPerConnection;
let pictures: PictureViewer;
let project: Project;

beforeAll(async () => (pictures = await openPictureViewer()));
afterAll(() => pictures.close());
afterEach(async () => {
  await leavesNothing(project);
  await project.remove();
  await endpoint.close();
});

test.each([
  { name: 'two workers with a browser each', maxSessions: 2 },
  { name: 'two workers that share one browser', maxSessions: 1 },
])('$name: clips and cookies are those of the tests', async ({ maxSessions }) => {
  endpoint = await startBrowserPerConnection(headers);
  project = await projectOn({ cdpUrl: endpoint.url, cdpHeaders: headers, maxSessions });
  const { output, report } = await expectPaintedClips(project, pictures);
  expect(endpoint.started).toBeLessThanOrEqual(maxSessions); // and not one more for the recorder
  await expect.poll(() => endpoint.running).toEqual([]);
  expect(output + report).not.toContain('hunter2');
});
