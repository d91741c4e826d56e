/** What the build makes of `src/server/work-main.ts`: see `scripts/bundled.mjs`. */
declare module 'bundled:heavy-work' {
  /** Where the file is: a URL, or relative to the code that asks. */
  const file: string;
  export default file;
}
