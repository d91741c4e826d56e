/** Attacks by pages under test, which run in sessions of team B. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Attack, Scene } from './attack';
import { over } from './sockets';

/** A page that does its worst until the attack is over. Each `script` ends by itself: it runs in a browser that goes on. */
function page(name: string, script: string, html = ''): Attack {
  return {
    name,
    by: 'page',
    run: async (scene) => {
      await scene.open(`<!doctype html><body>${html}<script>${script}</script>`);
      await over(scene.signal);
    },
  };
}

/** How long the script of a page may take to begin, in milliseconds: from then on a reader waits for it. */
const BUILD_MS = 500;

/** A page that is scraped or observed. */
function read(name: string, script: string, what: 'scrape' | 'observe'): Attack {
  return {
    name,
    by: 'page',
    run: async (scene) => {
      await scene.open(`<!doctype html><body><script>${script}</script>`);
      await delay(BUILD_MS, undefined, { signal: scene.signal });
      await readBy(scene, what);
    },
  };
}

async function readBy({ call, session }: Scene, what: 'scrape' | 'observe'): Promise<void> {
  await call('POST', `/sessions/${session.session_id}/page/${what}`, { body: {} });
}

const TEXT_MB = (count: number): string => `'x'.repeat(${count * 2 ** 20})`;

export const PAGES: readonly Attack[] = [
  page('console: strings of 20 MB', `for (let n = 0; n < 6; n++) console.log(n + ${TEXT_MB(20)});`),
  page('console: 20,000 short messages', 'for (let n = 0; n < 2e4; n++) console.error("m" + n);'),
  page(
    'console: objects and deep arrays',
    'let a = []; for (let n = 0; n < 5000; n++) a = [a]; for (let n = 0; n < 300; n++) console.log(a, { a, b: document }, new Map([[a, a]]));',
  ),
  page(
    'console: escape sequences',
    'for (let n = 0; n < 500; n++) console.error("\\x1b]0;owned\\x07\\x1b[2J\\x1b]52;c;aGk=\\x07\\u009b31m");',
  ),
  page(
    'errors: 3,000 thrown with long stacks',
    'let n = 0; const id = setInterval(() => { if (n++ > 3000) clearInterval(id); const deep = (k) => { if (k === 0) throw new Error("e".repeat(50000)); deep(k - 1); }; deep(50); }, 1);',
  ),
  page(
    'titles: 3.9 MB, over and over',
    `let n = 0; const id = setInterval(() => { document.title = n + 'x'.repeat(3.9e6); if (n++ > 20) clearInterval(id); }, 50);`,
  ),
  page('tabs: 30 at once', 'for (let n = 0; n < 30; n++) window.open("about:blank#" + n);'),
  page(
    'requests: 2,000 that fail',
    'for (let n = 0; n < 2000; n++) fetch("http://127.0.0.1:9/" + n).catch(() => {});',
  ),
  page(
    'requests: URLs of 1.5 MB',
    'for (let n = 0; n < 10; n++) fetch("http://127.0.0.1:9/?" + n + "x".repeat(1.5e6)).catch(() => {});',
  ),
  page(
    'requests: 200 bodies of 300 KB',
    'for (let n = 0; n < 200; n++) fetch("data:text/plain," + n, { headers: {} }).then(() => fetch("http://127.0.0.1:9/", { method: "POST", body: "b".repeat(3e5) })).catch(() => {});',
  ),
  page(
    'WebSockets: 200 that fail',
    'for (let n = 0; n < 200; n++) new WebSocket("ws://127.0.0.1:9/" + n);',
  ),
  page(
    'dialogs: 50 with 1 MB each',
    `for (let n = 0; n < 50; n++) setTimeout(() => alert(n + ${TEXT_MB(1)}), n * 20);`,
  ),
  page(
    'dialog on leaving',
    'onbeforeunload = (event) => { event.preventDefault(); return "stay"; };',
  ),
  page(
    'workers: 20',
    'const url = URL.createObjectURL(new Blob(["for (let n = 0; n < 1000; n++) console.log(n)"])); for (let n = 0; n < 20; n++) new Worker(url);',
  ),
  page(
    'downloads: 60',
    'for (let n = 0; n < 60; n++) setTimeout(() => { const a = document.createElement("a"); a.href = URL.createObjectURL(new Blob(["d".repeat(2e5)])); a.download = "../../" + "n".repeat(300) + n; a.click(); }, n * 30);',
  ),
  page('a string of 100 MB in the page', `document.body.append(${TEXT_MB(100)});`),
  page(
    'attributes of 20 MB',
    `for (let n = 0; n < 3; n++) document.body.setAttribute('data-' + n, ${TEXT_MB(20)});`,
  ),
  page(
    'a script that does not end',
    'setTimeout(() => { const until = Date.now() + 6000; while (Date.now() < until); }, 100);',
  ),
  page(
    'navigations: 200',
    'let n = Number(location.hash.slice(1)); const id = setInterval(() => { location.hash = "#" + n + "h".repeat(10000); if (n++ > 200) clearInterval(id); }, 5);',
  ),
  page(
    'history: 3,000 states of 20 KB',
    'for (let n = 0; n < 150; n++) history.pushState("s".repeat(20000), "", "#" + n);',
  ),
  page(
    'frames: 150, nested',
    'let at = document.body; for (let n = 0; n < 150; n++) { const f = document.createElement("iframe"); at.append(f); if (n % 10 === 9) at = f.contentDocument.body ?? document.body; }',
  ),
  page(
    'animation of large pictures',
    'document.body.innerHTML = "<canvas width=4000 height=4000>"; const c = document.querySelector("canvas").getContext("2d"); let n = 0; const id = setInterval(() => { for (let k = 0; k < 200; k++) { c.fillStyle = `hsl(${Math.random() * 360},90%,50%)`; c.fillRect(Math.random() * 4000, Math.random() * 4000, 90, 90); } if (n++ > 60) clearInterval(id); }, 50);',
  ),
  page(
    'storage: 5 MB and 100 cookies',
    'try { localStorage.x = "x".repeat(4e6); } catch {} for (let n = 0; n < 100; n++) document.cookie = "c" + n + "=" + "v".repeat(3000);',
  ),
  read(
    'scrape: 10,000 ordered lists',
    'document.body.innerHTML = "<ol><li>item</ol>".repeat(10000);',
    'scrape',
  ),
  read(
    'scrape: an ordered list of 20,000',
    'document.body.innerHTML = "<ol>" + "<li>item</li>".repeat(20000) + "</ol>";',
    'scrape',
  ),
  read('scrape: 600,000 <b>', 'document.body.innerHTML = "<b>x</b>".repeat(600000);', 'scrape'),
  read(
    'scrape: 6,000 shadow roots',
    'for (let n = 0; n < 6000; n++) { const d = document.createElement("div"); d.attachShadow({ mode: "open" }).innerHTML = "<p>in the shadow"; document.body.append(d); }',
    'scrape',
  ),
  read(
    'scrape: 5,000 levels deep',
    'let at = document.body; for (let n = 0; n < 5000; n++) { const d = document.createElement("blockquote"); d.append("t"); at.append(d); at = d; }',
    'scrape',
  ),
  read(
    'scrape: 20,000 links and images',
    'document.body.innerHTML = "<a href=/x?y=1>link <img src=data:, alt=alt></a>".repeat(20000);',
    'scrape',
  ),
  read(
    'scrape: a table of 300 by 300',
    'document.body.innerHTML = "<table>" + ("<tr>" + "<td>c</td>".repeat(300) + "</tr>").repeat(300) + "</table>";',
    'scrape',
  ),
  read('scrape: 2,000,000 elements', 'document.body.innerHTML = "<i></i>".repeat(2e6);', 'scrape'),
  read(
    'observe: 20,000 buttons',
    'document.body.innerHTML = "<button>Buy</button>".repeat(20000);',
    'observe',
  ),
  read(
    'observe: 100,000 buttons',
    'document.body.innerHTML = "<button>Buy</button>".repeat(100000);',
    'observe',
  ),
  read(
    'observe: 25,000 buttons, and a page that lies about them',
    'document.querySelectorAll = () => []; document.body.innerHTML = "<button>Buy</button>".repeat(25000);',
    'observe',
  ),
  read(
    'observe: names of 2 MB',
    'for (let n = 0; n < 10; n++) { const b = document.createElement("button"); b.textContent = n + "n".repeat(2e6); document.body.append(b); }',
    'observe',
  ),
  read(
    'observe: 6,000 shadow roots',
    'for (let n = 0; n < 6000; n++) { const d = document.createElement("div"); d.attachShadow({ mode: "open" }).innerHTML = "<button>in the shadow"; document.body.append(d); }',
    'observe',
  ),
];
