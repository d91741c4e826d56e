/** Takes out of texts what opens a door: reports are published, and read by others than those who ran the tests. */

/** Stands for what was taken out. */
const HIDDEN = '…';

/** Each of them finds something secret; what is in its group stays. */
const RULES: readonly RegExp[] = [
  /\b([a-z][a-z\d+.-]*:\/\/)[^\s/?#@"'`]+(?=@)/gi, // user and password of a URL
  /([?&#][\w.[\]-]{1,64}=)[^&#\s"'`<>)\]]+/g, // values in a query
  /\b((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+/gi,
  /\b((?:authorization|password|passwd|secret|api[-_ ]?key|access[-_ ]?token|token)["']?\s*[:=]\s*["']?)(?:(?:Bearer|Basic) )?[^\s"',;&)…]+/gi,
  /\b(Bearer |Basic )[\w.~+/=-]+/gi,
  /()\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, // JSON web tokens
  /()(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{28,}/g, // random words, as those of viewer and CDP addresses
];

/** What was typed stands first in the title of such a step: it may be a password. */
const TYPED = /^((?:Fill|Type|Press sequentially|Insert|Set input value) )"(?:[^"\\]|\\.)*"/;

/**
 * The text without secrets.
 * @param known - secrets by their value, such as the key of the session API
 */
export function withoutSecrets(text: string, known: readonly string[] = []): string {
  let shown = text;
  for (const secret of known) if (secret !== '') shown = shown.replaceAll(secret, HIDDEN);
  for (const rule of RULES) shown = shown.replace(rule, (_, kept: string) => `${kept}${HIDDEN}`);
  return shown;
}

/** The title of a step without what was typed. */
export function withoutTyped(title: string): string {
  return title.replace(TYPED, `$1"${HIDDEN}"`);
}
