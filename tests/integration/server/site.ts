/** A small site on loopback for tests of actions: pages by path, slow ones, files. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** A running site. */
export interface Site {
  url: string;
  /** Bodies of the POST requests so far. */
  posts: string[];
  close(): Promise<void>;
}

const page = (title: string, body: string): string =>
  `<!doctype html><meta charset="utf-8"><title>${title}</title><body>${body}</body>`;

const PAGES: Record<string, string> = {
  '/': page(
    'Home',
    '<h1>Home</h1><a id="next" href="/next">Next</a><a id="slow" href="/slow">Slow</a>',
  ),
  '/next': page('Next', '<h1>Next</h1>'),
  '/form': page(
    'Form',
    `<form action="/sent"><label>Name <input id="name" name="name"></label><button id="go">Go</button></form>
     <button id="off" disabled>Off</button><div inert><button id="inert">Inert</button></div><div aria-disabled="true"><a id="aria" href="/next">Aria</a></div>
     <button id="count" onclick="this.textContent = Number(this.textContent) + 1">0</button>
     <input type="checkbox" id="box"> <select id="country"><option value="no">Norway</option><option value="ke">Kenya</option></select>
     <div id="choice" onclick="this.dataset.chosen = 1">Custom</div>
     <input class="digit" maxlength="1" oninput="this.nextElementSibling.focus()"><input class="digit" maxlength="1" oninput="this.nextElementSibling.focus()"><input class="digit" maxlength="1">
     <div style="position: relative"><button id="covered" onclick="this.dataset.hit = 1">Covered</button><div style="position: absolute; inset: 0; background: white"></div></div>
     <button class="twin">One</button><button class="twin">Two</button>`,
  ),
  '/sent': page('Sent', '<h1>Sent</h1>'),
  '/frames': page(
    'Frames',
    '<iframe id="outer" src="/frame"></iframe><div id="host"></div><script>document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = \'<button id="deep" onclick="this.dataset.hit = 1">Deep</button>\'</script>',
  ),
  '/frame': page('Frame', '<iframe id="inner" src="/inner"></iframe>'),
  '/inner': page(
    'Inner',
    '<button id="in" onclick="this.textContent = \'clicked\'">Inside</button>',
  ),
  '/popups': page(
    'Popups',
    `<a id="blank" href="/next" target="_blank">Blank</a><a id="noopener" href="/next" target="_blank" rel="noopener">No opener</a>
     <button id="late" onclick="setTimeout(() => window.open('/next'), 200)">Late</button><button id="slow" onclick="window.open('/slow')">Slow</button>`,
  ),
  '/long': page('Long', '<div style="height: 5000px">Long</div>'),
  '/dialogs': page(
    'Dialogs',
    '<button id="ask" onclick="this.textContent = String(confirm(\'Sure?\'))">Ask</button>',
  ),
  '/person': page(
    'Person',
    `<input name="fname" placeholder="First name"><label for="l">Last name</label><input id="l"><input type="email" id="contact"><input name="password" type="password">
     <select name="country"><option value="no">Norway</option><option value="ke">Kenya</option></select>`,
  ),
  '/downloads-itself': page(
    'Downloads',
    '<a id="get" href="/file/report.txt" download>Get</a><script>get.click()</script>',
  ),
  '/files': page(
    'Files',
    `<input type="file" id="input"><button id="chooser" onclick="document.getElementById('input').click()">Choose</button>
     <a id="get" href="/file/report.txt" download>Get</a><a id="popup" href="/downloads-itself" target="_blank">Popup</a><a id="evil" href="/evil">Evil</a><a id="blob" download="note.txt">Blob</a><form method="post" action="/posted"><input type="hidden" name="a" value="1"><button id="post">Post</button></form>
     <script>blob.href = URL.createObjectURL(new Blob(['from a blob']))</script>`,
  ),
};

/** Starts the site. */
export async function startSite(): Promise<Site> {
  const posts: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (request.method === 'POST')
      for await (const chunk of request as AsyncIterable<Buffer>) posts.push(chunk.toString());
    if (path === '/slow') await delay(700);
    if (path === '/never') return;
    const file = fileAt(path);
    if (file) {
      sendFile(response, file);
      return;
    }
    const body = path === '/slow' ? page('Slow', '<h1>Slow</h1>') : PAGES[path];
    response
      .writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/html' })
      .end(body ?? 'not found');
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface SentFile {
  type: string;
  disposition?: string;
  content: string;
}

function fileAt(path: string): SentFile | undefined {
  if (path === '/file/report.txt') return { type: 'text/plain', content: 'the report' };
  if (path === '/evil')
    return {
      type: 'text/plain',
      disposition: 'attachment; filename="../../evil.txt"',
      content: 'evil',
    };
  if (path === '/posted')
    return {
      type: 'text/plain',
      disposition: 'attachment; filename="posted.txt"',
      content: 'posted',
    };
  return path === '/raw.json' ? { type: 'application/json', content: '{"raw":true}' } : undefined;
}

function sendFile(response: ServerResponse, { type, disposition, content }: SentFile): void {
  response
    .writeHead(200, {
      'content-type': type,
      ...(disposition !== undefined && { 'content-disposition': disposition }),
    })
    .end(content);
}
