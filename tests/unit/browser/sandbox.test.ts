import { afterEach, expect, test, vi } from 'vitest';
import { decideSandbox, sandboxNotice, sandboxRefusal } from '../../../src/browser/sandbox';

afterEach(() => void vi.restoreAllMocks());

test('the sandbox stays on for an ordinary user', () => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
  expect(decideSandbox([])).toEqual({ enabled: true });
  expect(sandboxNotice({ enabled: true })).toBeUndefined();
});

test('it is off for root, and when it was switched off, and one line says why', () => {
  vi.spyOn(process, 'getuid').mockReturnValue(process.platform === 'linux' ? 0 : 1000);
  if (process.platform === 'linux')
    expect(sandboxNotice(decideSandbox([]))).toBe(
      'Chromium runs without its sandbox: Chromium cannot use it when run as root.',
    );
  expect(sandboxNotice(decideSandbox(['--no-sandbox']))).toBe(
    'Chromium runs without its sandbox: --no-sandbox was given.',
  );
});

test.each([
  [
    '[1:1:FATAL:zygote_host_impl_linux.cc(117)] No usable sandbox! Update your kernel or see ...',
    true,
  ],
  [
    'Failed to move to new namespace: PID namespaces supported, Network namespace supported, but failed: errno = Operation not permitted',
    true,
  ],
  ['error while loading shared libraries: libnss3.so', false],
])('from "%s" it is known that the sandbox was refused: %s', (stderr, isRefused) => {
  expect(sandboxRefusal(stderr) !== undefined).toBe(isRefused);
});
