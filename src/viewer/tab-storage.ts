/** What is kept for this tab of the browser; for this page alone where the browser keeps nothing, as in a frame of another site. */

/** The part of `sessionStorage` that we use. */
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
