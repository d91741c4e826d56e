/** What is told of a browser's last words: what helps, and not what every browser writes. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { StderrLog } from '../../../src/browser/stderr-log';

const DBUS = [
  '[26738:26768:1126/092407.098644:ERROR:dbus/bus.cc:405] Failed to connect to the bus: Failed to connect to socket /run/dbus/system_bus_socket: No such file or directory',
  '[26738:26738:1126/092407.277881:ERROR:dbus/object_proxy.cc:572] Failed to call method: org.freedesktop.DBus.NameHasOwner: object_path= /org/freedesktop/DBus: unknown error type: ',
];

function tailOf(...lines: string[]): string {
  const stderr = new PassThrough();
  const log = new StderrLog(stderr);
  stderr.write(lines.join('\n'));
  stderr.read();
  return log.tail;
}

test('a browser that was healthy to its end has nothing to tell', () => {
  expect(
    tailOf(
      '/usr/bin/chromium: 9: [: 25325268992: unexpected operator',
      ...Array.from({ length: 30 }, () => DBUS).flat(),
      '',
      'DevTools listening on ws://127.0.0.1:36987/devtools/browser/466e7c9b',
      '[1:2:1126/092407.277881:WARNING:content/browser/x.cc:1] Something',
      ...DBUS,
    ),
  ).toBe('');
});

test('what tells why it ended stays, and is short', () => {
  const fatal =
    '[1:1:1126/092407.2:FATAL:content/browser/zygote_host_impl_linux.cc(127)] No usable sandbox!';
  const loader = 'chromium: error while loading shared libraries: libnss3.so';
  expect(tailOf(fatal, ...DBUS, loader, ...DBUS)).toBe(`${fatal}\n${loader}`);
  const frames = Array.from({ length: 60 }, (_, index) => `#${index} ${'0'.repeat(400)}`);
  expect(tailOf('Received signal 11 SEGV_MAPERR', ...frames).length).toBeLessThan(2_500);
});
