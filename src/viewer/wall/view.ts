/** What of the wall is looked at, as it stands in the address: so that it can be sent to somebody. The way back from a session leads there too. */
import { tabStorage } from '../tab-storage';
import { FILTERS, type WallView } from './filter';

const KEPT_NAME = 'sessionwright-wall';

/** What the address says. */
export function readView(): WallView {
  const said = new URLSearchParams(location.search);
  const [filter = 'all'] = FILTERS.map(([name]) => name).filter(
    (name) => name === said.get('status'),
  );
  return { run: said.get('run') ?? undefined, filter, search: said.get('search') ?? '' };
}

/** Says it there, beside what else stands there. */
export function writeView(view: WallView): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(saidOf(view)))
    if (value === '') address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  if (address.href !== location.href) history.replaceState(null, '', address);
  const said = Object.entries(saidOf(view)).filter(([, value]) => value !== '');
  tabStorage.setItem(KEPT_NAME, new URLSearchParams(said).toString());
}

/** The query of the wall that this tab has shown last; empty when it has shown none, or all of it. */
export function lastView(): string {
  const said = tabStorage.getItem(KEPT_NAME) ?? '';
  return said === '' ? '' : `?${said}`;
}

function saidOf({ run = '', filter, search }: WallView): Record<string, string> {
  return { run, status: filter === 'all' ? '' : filter, search };
}
