/** All attacks. */
import type { Attack } from './attack';
import { CLIENTS } from './clients';
import { PAGES } from './pages';
import { STRANGERS } from './strangers';

export const ATTACKS: readonly Attack[] = [...PAGES, ...CLIENTS, ...STRANGERS];

/** The attacks whose name or attacker contains one of these texts; all of them for none. */
export function attacksNamed(names: readonly string[]): Attack[] {
  const chosen = ATTACKS.filter(
    ({ name, by }) => names.length === 0 || names.some((it) => name.includes(it) || by === it),
  );
  if (chosen.length === 0) throw new Error(`No attack is called ${names.join(' or ')}.`);
  return chosen;
}
