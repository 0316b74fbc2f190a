import type { Facts } from '../evidence/facts.ts'
import { poolExhausted } from '../simulate/address-pool.ts'
import type { Symptom } from './symptom.ts'

/** What dockerd could not do if it were asked to now. */
export function operationSymptoms(facts: Facts): Symptom[] {
  if (!facts.docker.answers || facts.sections.routes?.status !== 'ok') return []
  const exhausted = poolExhausted(facts)
  if (!exhausted) return []
  return [
    {
      state: 'dead',
      kind: 'operation',
      what: 'new networks',
      flows: [],
      says: exhausted.says,
      behind: [],
      next:
        exhausted.blockers.length > 0
          ? ['ip route', 'set "default-address-pools" in /etc/docker/daemon.json to a range that no route holds']
          : ['docker network ls', 'docker network prune', 'set "default-address-pools" in /etc/docker/daemon.json'],
    },
  ]
}
