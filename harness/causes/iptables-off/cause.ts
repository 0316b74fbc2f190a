import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import {
  inDockersShape,
  isDown,
  isRouted,
  leavesBare,
  masqueradedBy,
  masqueradeOption,
  optionLine,
  settingsOff,
  unmasqueradedLine,
} from '../../cause/settings.ts'
import type { Facts, NetworkFact } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { isDefaultBridge } from '../../simulate/intent.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * dockerd was set to make no rules, and nobody makes them in its place. An admin whose own rules masquerade every network
 * has what he wanted, and is left in peace.
 */
export const iptablesOff = defineCause({
  id: 'iptables-off',
  title: 'dockerd is set to make no rules',
  needs: ['docker-config', 'units'],
  detect(facts) {
    const settings = settingsOff(facts, 'iptables')
    const forgotten = keepsItInMemory(facts)
    if (settings.length === 0 && !forgotten) return absent('Docker is set to make its own rules')
    if (!facts.docker.answers && !isDown(facts)) return unknown('dockerd does not answer: its networks are not known')
    const bare = bareNetworks(facts)
    // Rules of Docker's own, of an earlier life: dockerd takes none away, and they go with the next flush or reboot.
    const before = facts.docker.networks.find((network) => inDockersShape(network, facts))
    if (bare.length === 0 && !before && !isDown(facts))
      return absent('Docker is set to make no rules, and the host’s own masquerade every network')
    const why = settings[0]?.line ?? 'the setting is gone from its files, and the running dockerd keeps it'
    const names = bare.map(({ name, subnet }) => `${name} (${subnet})`).join(', ')
    return present({
      confidence: settings.length > 0 ? 'certain' : 'likely',
      active: `dockerd is set to make no rules (${why}), and no other rule masquerades ${names}: what leaves has a container’s own address, and no answer finds the way back. Nothing keeps its networks apart either.`,
      latent: isDown(facts)
        ? `dockerd is set to make no rules (${why}), and is not running: its networks will be without them when it starts.`
        : `dockerd is set to make no rules (${why}). Those of before still stand, and go with the next flush or reboot.`,
      evidence: [
        ...settings,
        ...facts.docker.networks.filter(isDefaultBridge).map(optionLine),
        ...bare.map(unmasqueradedLine),
        ...(before ? [{ from: 'of before', line: inDockersShape(before, facts)! }] : []),
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
 * A dockerd that started with iptables=false turns the masquerading of its default bridge off, as ip-masq=false does; and
 * it has no chain of its own in any table, as no dockerd has that ip-masq=false alone was set for.
 */
function keepsItInMemory(facts: Facts): boolean {
  const off = facts.docker.networks.some(
    (network) => isDefaultBridge(network) && network.options[masqueradeOption] === 'false',
  )
  const chains = [...facts.ruleset.chains.map(({ chain }) => chain), ...facts.nft.map(({ name }) => name)]
  return (
    facts.iptables.listed &&
    off &&
    settingsOff(facts, 'ip-masq').length === 0 &&
    !chains.some((name) => name.startsWith('DOCKER'))
  )
}
