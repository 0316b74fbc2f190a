import { absent, defineCause, present } from '../../cause/cause.ts'
import { orphanOf } from '../../cause/restart.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * A failed start deleted the default network, but the bridge driver kept its record of it. Only the last error of a
 * dockerd that is down shows this: earlier starts may have failed for other reasons, and a later one may have worked.
 */
export const orphanedBridge = defineCause({
  id: 'orphaned-bridge',
  title: 'A record of a deleted network still holds Docker’s bridge',
  needs: ['units', 'docker-journal'],
  detect(facts) {
    const orphan = orphanOf(facts)
    if (!orphan) return absent('no record of a deleted network keeps dockerd from starting')
    const words = `dockerd does not start. An earlier start failed and deleted the default network, but not the bridge driver’s record of it (${orphan.id.slice(0, 12)}). That record still holds ${orphan.bridge}, and no restart or reboot removes it.`
    const evidence = [{ from: 'journalctl -u docker', line: orphan.line }]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => symptom.kind === 'daemon' && orphanOf(facts) !== undefined,
  remedies,
  temptations,
})
