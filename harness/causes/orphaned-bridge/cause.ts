import { absent, defineCause, present } from '../../cause/cause.ts'
import { orphanOf } from '../../cause/restart.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * A start that failed has deleted the default network, and its bridge driver still has the record of it. The last words
 * of a dockerd that is down show it: earlier starts may have died of other things, and a later one may be well.
 */
export const orphanedBridge = defineCause({
  id: 'orphaned-bridge',
  title: 'A record of a deleted network still holds Docker’s bridge',
  needs: ['units', 'docker-journal'],
  detect(facts) {
    const orphan = orphanOf(facts)
    if (!orphan) return absent('no record of a deleted network keeps dockerd from starting')
    const words = `dockerd does not start: an earlier start failed, and deleted its default network but not the bridge driver’s record of it (${orphan.id.slice(0, 12)}), which still holds ${orphan.bridge}. No restart and no reboot takes that record away.`
    const evidence = [{ from: 'journalctl -u docker', line: orphan.line }]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => symptom.kind === 'daemon' && orphanOf(facts) !== undefined,
  remedies,
  temptations,
})
