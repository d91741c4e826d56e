/** What must hold between the options of a start: the one list, for requests on the wire and for what a suite writes. No code to load but this. */
import { MAX_ARGS_LENGTH, MINUTE_MS, MINUTES } from './limits';
import type { StartOptions } from './start-options';

/** A rule between options. */
export interface StartRule {
  /** The option that it is reported at. */
  at: keyof StartOptions;
  isBroken: (options: StartOptions) => boolean;
  /** What to say, with each option's name as its reader writes it. */
  message: (name: (option: keyof StartOptions) => string) => string;
}

const besideExternal: StartRule['message'] = (name) =>
  `has no effect on another provider's browser; leave it out beside ${name('cdpUrl')}`;

/** A rule that something has no effect on the browser behind `cdpUrl`. */
const notBesideCdpUrl = (
  at: keyof StartOptions,
  isAsked: (options: StartOptions) => boolean,
): StartRule => ({
  at,
  isBroken: (options) => options.cdpUrl !== undefined && isAsked(options),
  message: besideExternal,
});

/** Checked when every option is allowed by itself. */
export const START_RULES: readonly StartRule[] = [
  {
    at: 'idleTimeout',
    isBroken: ({ idleTimeout, maxDuration }) =>
      (idleTimeout ?? MINUTES.defaultIdle * MINUTE_MS) >
      (maxDuration ?? MINUTES.defaultDuration * MINUTE_MS),
    message: (name) =>
      `must be at most ${name('maxDuration')} (defaults: ${MINUTES.defaultIdle} and ${MINUTES.defaultDuration} minutes); set both`,
  },
  {
    at: 'args',
    isBroken: ({ args = [] }) => args.join(' ').length > MAX_ARGS_LENGTH,
    message: () => `must be at most ${MAX_ARGS_LENGTH} characters long altogether`,
  },
  {
    at: 'aspectRatio',
    isBroken: ({ aspectRatio, viewport }) => aspectRatio !== undefined && isSet(viewport),
    message: () => 'excludes a viewport size; set one of the two',
  },
  {
    at: 'solveCaptchas',
    isBroken: ({ channel, solveCaptchas, proxies }) =>
      (channel === 'chrome-nightly' || channel === 'chrome-turbo') &&
      solveCaptchas !== false &&
      !hasProxy(proxies),
    message: (name) =>
      `needs ${name('proxies')} with this ${name('channel')}; set ${name('solveCaptchas')} to false, or add a proxy`,
  },
  notBesideCdpUrl('headless', ({ headless }) => headless === false),
  notBesideCdpUrl('userAgent', ({ userAgent }) => userAgent !== undefined),
  notBesideCdpUrl('args', ({ args }) => args !== undefined),
  notBesideCdpUrl('viewport', ({ viewport }) => isSet(viewport)),
  {
    at: 'authIds',
    isBroken: ({ authIds = [] }) => new Set(authIds).size !== authIds.length,
    message: () => 'each id may be given once',
  },
];

function isSet<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null;
}

function hasProxy(proxies: StartOptions['proxies']): boolean {
  return Array.isArray(proxies) ? proxies.length > 0 : proxies === true;
}
