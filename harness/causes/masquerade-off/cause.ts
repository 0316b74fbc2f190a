import { absent, defineCause, type Evidence, present, unknown } from '../../cause/cause.ts'
import {
  bareConnections,
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
import { isDefaultBridge, readIntent } from '../../simulate/intent.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * dockerd was set not to masquerade: by its file, by its command line, or by the network's own option, which outlives a
 * corrected file. An emptied nat table leaves packets in the same state, but dockerd was set to no such thing.
 */
export const masqueradeOff = defineCause({
  id: 'masquerade-off',
  title: 'dockerd is set not to masquerade',
  needs: ['docker-config', 'units'],
  detect(facts) {
    const settings = settingsOff(facts, 'ip-masq')
    if (!readIntent(facts).programsIptables) return absent('Docker makes no rules at all here')
    if (!facts.docker.answers && !isDown(facts)) return unknown('dockerd does not answer: its networks are not known')
    const bare = bareNetworks(facts)
    const copied = facts.docker.networks.filter(
      (network) =>
        isDefaultBridge(network) && network.options[masqueradeOption] === 'false' && inDockersShape(network, facts),
    )
    if (bare.length > 0) return running(bare, settings, facts)
    if (copied.length > 0) return standIn(copied[0]!, settings, facts)
    // Already written, and it takes effect when dockerd next starts without a container.
    const ahead = facts.docker.networks.some(
      (network) => isDefaultBridge(network) && network.options[masqueradeOption] === 'true',
    )
    if (settings.length === 0 || !(ahead || isDown(facts))) return absent(masquerades(facts))
    const why = isDown(facts)
      ? 'is not running: when it starts, the default bridge will not be masqueraded'
      : 'still masquerades the default bridge: it will stop when it next starts with no container running'
    const words = `dockerd is set not to masquerade (${settings[0]!.line}), and ${why}.`
    return present({ confidence: 'certain', active: words, latent: words, evidence: settings })
  },
  explains: (symptom, facts) => leavesBare(symptom, bareNetworks(facts)),
  remedies,
  temptations,
})

/**
 * Networks that dockerd does not masquerade by its own will, and nobody in its place. One that its maker wanted so is a
 * fault only where it is seen to fail; one that the outside answers is a routed network.
 */
const bareNetworks = oncePer((facts: Facts): NetworkFact[] =>
  facts.docker.networks.filter(
    (network) =>
      !network.internal &&
      network.options[masqueradeOption] === 'false' &&
      !isRouted(network, facts) &&
      (isDefaultBridge(network) || bareConnections(network, facts).length > 0) &&
      !masqueradedBy(network, facts),
  ),
)

function running(bare: readonly NetworkFact[], settings: readonly Evidence[], facts: Facts) {
  const subnets = bare.map(({ name, subnet }) => `${name} (${subnet})`).join(', ')
  const why = settings[0]?.line ?? 'the setting is gone from its files, and the running network keeps it'
  const words = `dockerd does not masquerade ${subnets}: what leaves has a container’s own address, and no answer finds the way back (${why}).`
  const lost = bare.flatMap((network) => bareConnections(network, facts).slice(0, 2))
  return present({
    confidence: 'certain',
    active: words,
    latent: `dockerd does not masquerade ${subnets} (${why}): what leaves has a container’s own address. Whether the outside knows the way back to it cannot be seen on this host.`,
    evidence: [
      ...settings,
      ...bare.map(optionLine),
      ...bare.map(unmasqueradedLine),
      ...lost.map(({ line }) => ({ from: 'conntrack -L', line })),
    ],
  })
}

/** Somebody copied the rule that dockerd does not make, and it goes with the next flush or reboot. */
function standIn(network: NetworkFact, settings: readonly Evidence[], facts: Facts) {
  const why = settings[0]?.line ?? 'the running network keeps it'
  const words = `dockerd does not masquerade ${network.name} (${why}); a copy of its rule does so in its place, until the next flush or reboot.`
  const line = inDockersShape(network, facts)!
  return present({
    confidence: 'certain',
    active: words,
    latent: words,
    evidence: [...settings, optionLine(network), { from: 'in its place', line }],
  })
}

/** What is well, as this host has it: dockerd masquerades, or others do so where it was set not to. */
function masquerades(facts: Facts): string {
  const own = facts.docker.networks.find(
    (network) => !network.internal && network.options[masqueradeOption] === 'false',
  )
  const other = own && masqueradedBy(own, facts)
  if (!own) return 'Docker is set to masquerade its networks'
  return other
    ? `${own.name} is masqueraded by the host’s own rules: ${other}`
    : `${own.name} is to leave unmasqueraded, and nothing is seen to fail of it`
}
