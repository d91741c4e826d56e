/** A page of two lines that leads to a place in the run page: what Playwright's HTML report links to as an attachment. */

/** The run page in the folder of Playwright's HTML report. */
export const PAGE_IN_REPORT = 'run-page.html';

/** @param hash - the place, as it stands behind the `#` of the run page */
export function linkPage(hash: string): string {
  // The report keeps attachments in `data` too, under names made of 40 digits.
  return `<!doctype html>
<meta charset="utf-8">
<title>Run page</title>
<p><a href="../index.html#${hash}">The run page</a></p>
<script>
  const isInReport = /\\/data\\/[0-9a-f]{40}\\.html$/.test(location.pathname);
  location.replace((isInReport ? '../${PAGE_IN_REPORT}' : '../index.html') + '#${hash}');
</script>
`;
}
