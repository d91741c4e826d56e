/** The filters of the wall in its address, so that they can be shared, and in the tab, for the way back from a session. */
import { tabStorage } from '../tab-storage';
import { FILTERS, type WallView } from './filter';

const KEPT_NAME = 'sessionwright-wall';

export function readView(): WallView {
  const params = new URLSearchParams(location.search);
  const [filter = 'all'] = FILTERS.map(([name]) => name).filter(
    (name) => name === params.get('status'),
  );
  return { run: params.get('run') ?? undefined, filter, search: params.get('search') ?? '' };
}

/** Writes them to the address, and keeps its other parameters. */
export function writeView(view: WallView): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(paramsOf(view)))
    if (value === '') address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  if (address.href !== location.href) history.replaceState(null, '', address);
  const params = Object.entries(paramsOf(view)).filter(([, value]) => value !== '');
  tabStorage.setItem(KEPT_NAME, new URLSearchParams(params).toString());
}

/** The query of the last wall in this tab; empty without filters. */
export function lastView(): string {
  const params = tabStorage.getItem(KEPT_NAME) ?? '';
  return params === '' ? '' : `?${params}`;
}

function paramsOf({ run = '', filter, search }: WallView): Record<string, string> {
  return { run, status: filter === 'all' ? '' : filter, search };
}
