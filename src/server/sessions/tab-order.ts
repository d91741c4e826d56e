/** In which order the tabs of a browser were opened: Chromium, when asked, lists them in none. */
import type { CdpConnection } from '../../cdp/connection';

/** Only what has a tab. */
const PAGES = [{ type: 'page' }];

/** Notes the tabs of one browser as they open. Those that are there already come first, in any order. */
export class TabOrder {
  readonly #ids = new Set<string>();

  constructor(connection: CdpConnection) {
    connection.on(
      'Target.targetCreated',
      ({ targetInfo: { type, targetId } }) => type === 'page' && this.#ids.add(targetId),
    );
    connection.on('Target.targetDestroyed', ({ targetId }) => this.#ids.delete(targetId));
    connection.send('Target.setDiscoverTargets', { discover: true, filter: PAGES }).catch(() => {}); // a browser that is gone has no tabs
  }

  /** Ids of the open tabs, oldest first. */
  get ids(): readonly string[] {
    return [...this.#ids];
  }
}
