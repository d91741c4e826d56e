/** A process that uses a cookie file: `save FILE NAME COUNT` saves that many cookies one by one, `hold FILE` takes the lock and keeps it. Tells each step in a line. */
import { writeFile } from 'node:fs/promises';
import type { Cookie } from '../../../src/contract/cookies';
import { preparedFile, saveCookies, withFileLock } from '../../../src/cookies/index';

const [mode, file = '', name = '', count = '0'] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function save(): Promise<void> {
  const loaded: Cookie[] = [];
  for (let number = 0; number < Number(count); number++) {
    const cookie: Cookie = {
      name: `${name}-${number}`,
      value: 'x'.repeat(200),
      domain: 'example.com',
      path: '/',
      httpOnly: true,
    };
    await saveCookies(file, { loaded, current: [...loaded, cookie] });
    loaded.push(cookie);
    say(cookie.name);
  }
}

async function hold(): Promise<void> {
  await withFileLock(file, async (lock) => {
    await writeFile(preparedFile(file, lock.token), '[{"name":');
    say('held');
    process.stdin.resume();
    await new Promise((resolve) => process.stdin.once('data', resolve));
    if (!(await lock.isHeld())) throw new Error('the lock was lost');
    say('still held');
  });
  say('released');
  process.stdin.pause();
}

void (mode === 'save' ? save() : hold());
