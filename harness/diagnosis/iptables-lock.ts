import type { Facts } from '../evidence/facts.ts'
import { groupOf, type Trouble } from './symptom.ts'

/** A process holds the lock of iptables-legacy, so that dockerd's own calls wait. iptables-nft has no lock. */
export function lockTrouble({ lockHolders, iptables }: Facts): Trouble[] {
  if (!iptables.version.includes('legacy')) return []
  return lockHolders.map(({ pid, name }) => {
    const message = `the process ${pid} (${name}) holds it (/run/xtables.lock). Until it ends, every call of iptables waits, dockerd’s too: containers and networks neither start nor stop`
    const next = [`ps -o pid,etime,args -p ${pid}`]
    return { group: groupOf('operation', 'the lock of iptables', { state: 'unclear', message, next }) }
  })
}
