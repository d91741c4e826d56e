/** What the build puts beside our code: see `scripts/bundled.mjs`. */
declare module 'bundled:run-page' {
  /** Where the file is: a URL, or relative to the code that asks. */
  const file: string;
  export default file;
}
