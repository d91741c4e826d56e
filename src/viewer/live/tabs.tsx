/** The tabs of the session and the address of the visible one. */
import type { JSX } from 'preact';
import type { ViewedTab } from '../../contract/viewer';
import { Icon } from '../../ui/icon';

interface TabsProps {
  tabs: readonly ViewedTab[];
  shown: string | null;
  onShow: (tab: string) => void;
}

export function Tabs({ tabs, shown, onShow }: TabsProps): JSX.Element {
  const current = tabs.find(({ id }) => id === shown);
  return (
    <div class="chrome">
      <ul class="tabs" aria-label="Tabs">
        {tabs.map((tab) => (
          <li key={tab.id}>
            <button
              type="button"
              class="tab"
              title={nameOf(tab)}
              aria-current={tab.id === shown}
              onClick={() => onShow(tab.id)}
            >
              <Icon name="window" />
              <span class="tab-title">{nameOf(tab)}</span>
            </button>
          </li>
        ))}
        {tabs.length === 0 && <li class="tab-none">No tab is open</li>}
      </ul>
      <p class="address" title={current?.url}>
        <span class="hidden-text">Address: </span>
        {current?.url ?? ' '}
      </p>
    </div>
  );
}

function nameOf({ title, url }: ViewedTab): string {
  return title === '' ? url : title;
}
