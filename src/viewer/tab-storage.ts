/** Storage for this tab; for this page only if the browser refuses, as in a frame of another site. */

type TabStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export const tabStorage: TabStorage = open();

function open(): TabStorage {
  try {
    return sessionStorage;
  } catch {
    const items = new Map<string, string>();
    return {
      getItem: (name) => items.get(name) ?? null,
      setItem: (name, value) => void items.set(name, value),
      removeItem: (name) => void items.delete(name),
    };
  }
}
