import { bypassed } from '../cause/docker-user.ts'
import type { Facts } from '../evidence/facts.ts'
import type { Trouble } from './symptom.ts'

/** What the administrator blocks in DOCKER-USER, if Docker's rules let it through before. */
export function bypassedTrouble(facts: Facts): Trouble[] {
  const found = bypassed(facts)
  if (!found) return []
  const message = `open: “${found.before[0]}” comes first in FORWARD, so packets that it accepts never get to “${found.blocking[0]}”`
  const group = {
    state: 'open',
    kind: 'published',
    what: 'what DOCKER-USER blocks',
    flows: [],
    message,
    behind: [],
    next: ['nft -a list chain ip filter FORWARD', 'nft -a list chain ip filter DOCKER-USER'],
  } as const
  return [{ symptom: { kind: 'bypassed' }, group }]
}
