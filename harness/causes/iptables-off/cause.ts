import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import {
  inDockersShape,
  isDown,
  isRouted,
  isTurnedOff,
  leavesBare,
  masqueradedBy,
  optionLine,
  settingsOff,
  unmasqueradedLine,
} from '../../cause/settings.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { isDefaultBridge } from '../../simulate/intent.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * dockerd is set to create no rules, and nobody else creates them. Where an admin's own rules masquerade every network,
 * the setting is deliberate and no cause.
 */
export const iptablesOff = defineCause({
  id: 'iptables-off',
  title: 'dockerd is set to create no iptables rules',
  needs: ['docker-config', 'units'],
  detect(facts) {
    const settings = settingsOff(facts, 'iptables')
    const forgotten = keepsItInMemory(facts)
    if (settings.length === 0 && !forgotten) return absent('Docker is set to create its own rules')
    if (!facts.docker.answers && !isDown(facts)) return unknown('dockerd does not answer, so its networks are unknown')
    const bare = bareNetworks(facts)
    // dockerd does not remove the rules of its earlier runs. The next flush or reboot does.
    const before = facts.docker.networks.find((network) => inDockersShape(network, facts))
    if (bare.length === 0 && !before && !isDown(facts))
      return absent('Docker is set to create no rules, but the host’s own rules masquerade every network')
    const why = settings[0]?.line ?? 'the setting is gone from the files, but the running dockerd keeps it'
    const names = bare.map(({ name, subnet }) => `${name} (${subnet})`).join(', ')
    return present({
      confidence: settings.length > 0 ? 'certain' : 'likely',
      active: `dockerd is set to create no iptables rules (${why}), and no other rule masquerades ${names}. Packets leave with the container’s own address, so no answer comes back. Nothing isolates the networks either.`,
      latent: isDown(facts)
        ? `dockerd is set to create no iptables rules (${why}). It is not running; when it starts, its networks will have no rules.`
        : `dockerd is set to create no iptables rules (${why}). Older rules still work, until the next flush or reboot.`,
      evidence: [
        ...settings,
        ...facts.docker.networks.filter(isDefaultBridge).map(optionLine),
        ...bare.map(unmasqueradedLine),
        ...(before ? [{ from: 'left from an earlier run of dockerd', line: inDockersShape(before, facts)! }] : []),
      ],
    })
  },
  explains: (symptom, facts) => leavesBare(symptom, bareNetworks(facts)),
  remedies,
  temptations,
})

const bareNetworks = oncePer((facts: Facts): NetworkFact[] =>
  facts.docker.networks.filter(
    (network) => !network.internal && !isRouted(network, facts) && !masqueradedBy(network, facts),
  ),
)

/**
 * Whether the running dockerd started with iptables=false. Like ip-masq=false, that turns off masquerading of the default
 * bridge. Unlike it, it leaves Docker without a chain in any table.
 */
function keepsItInMemory(facts: Facts): boolean {
  const off = facts.docker.networks.some((network) => isDefaultBridge(network) && isTurnedOff(network))
  const chains = [...facts.ruleset.chains.map(({ chain }) => chain), ...facts.nft.map(({ name }) => name)]
  return (
    facts.iptables.listed &&
    off &&
    settingsOff(facts, 'ip-masq').length === 0 &&
    !chains.some((name) => name.startsWith('DOCKER'))
  )
}
