/** The page behind `viewer_url`: shows a session live, or its replay once it has ended. Plain HTML, nothing to load. */
import { randomBytes } from 'node:crypto';

/** What the page is about. */
export interface ViewerPageOptions {
  sessionId: string;
  /** Path and query of the pictures' WebSocket; undefined when the session has ended. */
  recordingPath: string | undefined;
  /** Path and query of the replay; undefined when there is none. */
  replayPath: string | undefined;
}

/** The page, and the policy it is to be served with: it may load nothing but its own pictures, and may stand in a frame anywhere. */
export function viewerPage({ sessionId, recordingPath, replayPath }: ViewerPageOptions): {
  html: string;
  policy: string;
} {
  const nonce = randomBytes(16).toString('base64');
  const replay =
    replayPath === undefined
      ? ''
      : `<video src="${escapeHtml(replayPath)}" controls autoplay muted></video>`;
  const live =
    recordingPath === undefined
      ? replay
      : `<img id="screen" alt="Screen of the session" data-path="${escapeHtml(recordingPath)}">`;
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<title>Session ${escapeHtml(sessionId)}</title>
<style nonce="${nonce}">
  html, body { height: 100%; margin: 0; background: #16181d; color: #c8ccd4; font: 14px system-ui, sans-serif; }
  body { display: flex; flex-direction: column; }
  header { padding: 8px 12px; }
  main { flex: 1; min-height: 0; display: flex; align-items: center; justify-content: center; }
  img, video { max-width: 100%; max-height: 100%; background: #fff; }
</style>
<header>Session ${escapeHtml(sessionId)} &middot; <span id="state">${recordingPath === undefined ? 'ended' : 'connecting'}</span></header>
<main>${live}</main>
<script nonce="${nonce}">${recordingPath === undefined ? '' : LIVE_SCRIPT}</script>
</html>
`;
  const policy = `default-src 'none'; img-src blob:; media-src 'self'; connect-src 'self'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'`;
  return { html, policy };
}

/** Shows each picture as it comes, and frees the one before. */
const LIVE_SCRIPT = `
  const screen = document.getElementById('screen');
  const state = document.getElementById('state');
  const socket = new WebSocket(location.origin.replace('http', 'ws') + screen.dataset.path);
  socket.binaryType = 'blob';
  socket.onopen = () => (state.textContent = 'live');
  socket.onclose = () => (state.textContent = 'ended');
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') return;
    const before = screen.src;
    screen.src = URL.createObjectURL(new Blob([data], { type: 'image/jpeg' }));
    if (before) URL.revokeObjectURL(before);
  };
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
