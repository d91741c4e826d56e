/** What the build makes of `src/viewer`: see `scripts/bundled.mjs`. */
declare module 'bundled:viewer-script' {
  /** Where the file is: a URL, or relative to the code that asks. */
  const file: string;
  export default file;
}
declare module 'bundled:viewer-style' {
  /** The same. */
  const file: string;
  export default file;
}
