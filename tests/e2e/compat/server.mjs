/** The application under test of the compatibility suite: a few pages over plain HTTP. */
import { createServer } from 'node:http';

const page = (title, body) =>
  `<!doctype html><html><head><meta charset="utf-8"><title>${title}</title></head><body>${body}</body></html>`;

const routes = {
  '/': () =>
    page(
      'Home',
      '<h1>Home</h1><a href="/form">Form</a> <a href="/popup-target" target="_blank">Open popup</a><div id="ua"></div><script>ua.textContent = navigator.userAgent</script>',
    ),
  '/form': () =>
    page(
      'Form',
      '<form><label>Name <input name="name"></label><label>Colour <select name="colour"><option>red</option><option>blue</option></select></label><label><input type="checkbox" name="terms"> Terms</label><button>Send</button></form><output></output><script>document.querySelector("form").onsubmit = (e) => { e.preventDefault(); document.querySelector("output").textContent = JSON.stringify(Object.fromEntries(new FormData(e.target))) }</script>',
    ),
  '/popup-target': () => page('Popup', '<h1>I am a popup</h1>'),
  '/frames': () => page('Frames', '<iframe src="/popup-target" title="inner"></iframe>'),
  '/upload': () =>
    page(
      'Upload',
      '<input type="file" multiple><ul></ul><script>document.querySelector("input").onchange = async (e) => { for (const f of e.target.files) { const li = document.createElement("li"); li.textContent = f.name + ":" + (await f.text()).length; document.querySelector("ul").append(li) } }</script>',
    ),
  '/dialogs': () =>
    page(
      'Dialogs',
      "<button onclick=\"document.title = confirm('Sure?') ? 'yes' : 'no'\">Ask</button>",
    ),
  '/storage': () =>
    page(
      'Storage',
      '<p id="v"></p><script>v.textContent = (localStorage.getItem("k") ?? "none") + " " + (document.cookie || "no cookie")</script>',
    ),
  '/download-page': () => page('Download', '<a href="/file.txt" download>Get it</a>'),
  '/api-page': () =>
    page(
      'Api',
      '<ul></ul><script>fetch("/api/items").then((r) => r.json()).then((items) => { for (const i of items) { const li = document.createElement("li"); li.textContent = i; document.querySelector("ul").append(li) } })</script>',
    ),
};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/api/items')
    return send(
      response,
      200,
      'application/json',
      JSON.stringify(['one', 'two', request.headers['x-extra'] ?? 'no header']),
    );
  if (pathname === '/file.txt')
    return send(response, 200, 'text/plain', 'a file', {
      'content-disposition': 'attachment; filename="file.txt"',
    });
  if (pathname === '/private') {
    const given = request.headers.authorization;
    if (given !== `Basic ${Buffer.from('ann:secret').toString('base64')}`)
      return send(response, 401, 'text/plain', 'no', { 'www-authenticate': 'Basic realm="x"' });
    return send(response, 200, 'text/html', page('Private', '<h1>Welcome ann</h1>'));
  }
  if (pathname === '/login')
    return send(response, 302, 'text/plain', '', {
      location: '/storage',
      'set-cookie': 'sid=ann; Path=/',
    });
  if (pathname === '/headers')
    return send(response, 200, 'application/json', JSON.stringify(request.headers));
  const body = routes[pathname]?.();
  return send(response, body ? 200 : 404, 'text/html', body ?? 'not found');
});

function send(response, status, type, body, headers = {}) {
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
