import type { Facts } from '../../evidence/facts.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

// Source: moby v26, libnetwork/drivers/bridge: a network conflicts with another of the same bridge.
const conflict =
  /creating default "bridge" network: cannot create network \w+ \((\S+)\): (conflicts with network (\w+) \(\1\): networks have same bridge name)/

/**
 * Orphaned: a start that failed has deleted the default network, and its bridge driver still has the record of it. The last
 * words of a dockerd that is down tell so: earlier starts may have died of other things, and a later one may be well.
 */
export function diagnose({ docker, units }: Facts): Diagnosis | undefined {
  if (docker.server !== '' || units['docker.service']?.active === 'active') return undefined
  const last = docker.journal.findLast((line) => line.includes('failed to start daemon'))
  const [, bridge, words, orphan] = last?.match(conflict) ?? []
  if (!bridge || !words || !orphan) return undefined
  return {
    cause: 'orphaned-bridge',
    state: 'active',
    confidence: 'certain',
    summary: `dockerd does not start: an earlier start failed, and deleted its default network but not the bridge driver’s record of it (${orphan.slice(0, 12)}), which still holds ${bridge}. No restart and no reboot takes that record away.`,
    evidence: [{ from: 'journalctl -u docker', line: words }],
    ...remedies(fixes),
  }
}
