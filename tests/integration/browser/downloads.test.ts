/** What a page downloads without being asked for goes with the session, and never into the user's own folder. */
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { startApi } from '../server/api';

test('a click that downloads leaves nothing behind', async () => {
  const [home, workDir] = await Promise.all(
    ['home', 'work'].map((name) => mkdtemp(join(tmpdir(), `sessionwright-${name}-`))),
  );
  const env = Object.fromEntries(
    Object.entries({ ...process.env, HOME: home, XDG_CONFIG_HOME: undefined }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const api = await startApi({ env, workDir });
  const files = async (): Promise<string[]> =>
    (await readdir(workDir ?? '', { recursive: true })).filter((name) => name.endsWith('note.txt'));
  try {
    const { body } = await api.call('POST', '/sessions/start');
    const path = `/sessions/${String(body['session_id'])}`;
    const link = `document.body.innerHTML = '<a id="get" download="note.txt" href="data:text/plain,hello">Get</a>'; 1`;
    await api.call('POST', `${path}/page/execute`, { body: { type: 'evaluate_js', code: link } });
    expect(
      await api.call('POST', `${path}/page/execute`, { body: { type: 'click', selector: '#get' } }),
    ).toMatchObject({ body: { success: true } });
    await vi.waitFor(async () => expect(await files()).toHaveLength(1), { timeout: 10_000 });
    expect(existsSync(join(home ?? '', 'Downloads'))).toBe(false);
    await api.call('DELETE', `${path}/stop`);
    expect(await files()).toEqual([]);
  } finally {
    await api.server.close();
    await Promise.all(
      [home, workDir].map((folder) => rm(folder ?? '', { recursive: true, force: true })),
    );
  }
});
