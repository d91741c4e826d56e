/** The pages of the viewer: a frame of HTML that loads the script and the styles, and the policy that lets it load nothing else. */
import type { ViewerFiles } from './viewer-files';

/** What a page begins with. */
export interface ViewerPageOptions {
  /** The session that is shown; undefined for the wall. */
  sessionId: string | undefined;
  /** Path below which the server answers; empty for the root of its host. */
  basePath: string;
  files: ViewerFiles;
}

/** It may load only from this server, talk only to it, and may stand in a frame anywhere. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src blob: data:',
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The page, and the headers that it is to be served with. */
export function viewerPage({ sessionId, basePath, files }: ViewerPageOptions): {
  html: string;
  headers: Record<string, string>;
} {
  const of = (name: string): string => escapeHtml(`${basePath}/viewer/${name}`);
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${sessionId === undefined ? 'Sessions' : `Session ${escapeHtml(sessionId)}`}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${of(files.style.name)}">
<script type="module" src="${of(files.script.name)}"></script>
</head>
<body data-base="${escapeHtml(basePath)}"${sessionId === undefined ? '' : ` data-session="${escapeHtml(sessionId)}"`}>
<div id="viewer"></div>
<noscript>The viewer needs JavaScript.</noscript>
</body>
</html>
`;
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
  };
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
