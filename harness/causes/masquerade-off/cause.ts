import { absent, defineCause, type Evidence, present, unknown } from '../../cause/cause.ts'
import {
  bareConnections,
  closingRules,
  inDockersShape,
  isDown,
  isRouted,
  isTurnedOff,
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
 * dockerd is set not to masquerade: by its file, by its command line, or by the network's own option, which outlives a
 * corrected file. An empty nat table has the same effect on packets, but is another cause: no setting demands it.
 */
export const masqueradeOff = defineCause({
  id: 'masquerade-off',
  title: 'dockerd is set not to masquerade',
  needs: ['docker-config', 'units'],
  detect(facts) {
    const settings = settingsOff(facts, 'ip-masq')
    if (!readIntent(facts).programsIptables) return absent('Docker creates no rules at all here')
    if (!facts.docker.answers && !isDown(facts)) return unknown('dockerd does not answer, so its networks are unknown')
    const bare = bareNetworks(facts)
    const copied = facts.docker.networks.filter(
      (network) => isDefaultBridge(network) && isTurnedOff(network) && inDockersShape(network, facts),
    )
    if (bare.length > 0) return running(bare, settings, facts)
    if (copied.length > 0) return standIn(copied[0]!, settings, facts)
    // The setting is written, and takes effect when dockerd next starts without a container.
    const ahead = facts.docker.networks.some(
      (network) => isDefaultBridge(network) && network.options[masqueradeOption] === 'true',
    )
    if (settings.length === 0 || !(ahead || isDown(facts))) return absent(masquerades(facts))
    const why = isDown(facts)
      ? 'is not running; when it starts, it will not masquerade the default bridge'
      : 'still masquerades the default bridge, until it next starts with no container running'
    const words = `dockerd is set not to masquerade (${settings[0]!.line}). It ${why}.`
    return present({ confidence: 'certain', active: words, latent: words, evidence: settings })
  },
  explains: (symptom, facts) => leavesBare(symptom, bareNetworks(facts)),
  remedies,
  temptations,
})

/**
 * Networks that neither dockerd, by its settings, nor anybody else masquerades. A user network counts only if it is seen
 * to fail, because its creator may want it so, or if Docker itself drops the answers. One that the outside answers is a
 * routed network, and does not count.
 */
const bareNetworks = oncePer((facts: Facts): NetworkFact[] =>
  facts.docker.networks.filter(
    (network) =>
      !network.internal &&
      isTurnedOff(network) &&
      !isRouted(network, facts) &&
      (isDefaultBridge(network) ||
        bareConnections(network, facts).length > 0 ||
        closingRules(network, facts).length > 0) &&
      !masqueradedBy(network, facts),
  ),
)

function running(bare: readonly NetworkFact[], settings: readonly Evidence[], facts: Facts) {
  const subnets = bare.map(({ name, subnet }) => `${name} (${subnet})`).join(', ')
  const why = whyBare(bare, settings)
  const words = `dockerd does not masquerade ${subnets}${why} Packets leave with the container’s own address, so no answer comes back.`
  const lost = bare.flatMap((network) => bareConnections(network, facts).slice(0, 2))
  return present({
    confidence: 'certain',
    active: words,
    latent: `dockerd does not masquerade ${subnets}${why} Packets leave with the container’s own address. Whether the outside can answer that address cannot be seen on this host.`,
    evidence: [
      ...settings,
      ...bare.map(optionLine),
      ...bare.map(unmasqueradedLine),
      ...bare.flatMap((network) =>
        closingRules(network, facts)
          .slice(0, 1)
          .map((line) => ({ from: 'iptables-save -t raw', line })),
      ),
      ...lost.map(({ line }) => ({ from: 'conntrack -L', line })),
    ],
  })
}

/** dockerd gives its own setting to the default bridge alone; a user network has what it was created with. */
function whyBare(bare: readonly NetworkFact[], settings: readonly Evidence[]): string {
  if (!bare.some(isDefaultBridge))
    return `, because ${bare.length > 1 ? 'these networks were' : 'this network was'} created with -o ${masqueradeOption}=false. No setting of dockerd changes that; a network keeps its options until it is removed.`
  return settings[0]
    ? `, as set by ${settings[0].line}.`
    : '. The setting is gone from the files, but the running network keeps it.'
}

/** Somebody copied the rule that dockerd does not create. The next flush or reboot removes the copy. */
function standIn(network: NetworkFact, settings: readonly Evidence[], facts: Facts) {
  const why = settings[0]?.line ?? 'the running network keeps it'
  const words = `dockerd does not masquerade ${network.name} (${why}). A copy of its rule does so instead, until the next flush or reboot.`
  const line = inDockersShape(network, facts)!
  return present({
    confidence: 'certain',
    active: words,
    latent: words,
    evidence: [...settings, optionLine(network), { from: 'a copy of Docker’s rule', line }],
  })
}

/** Why the cause is absent: dockerd masquerades, others do so instead, or nothing fails. */
function masquerades(facts: Facts): string {
  const own = facts.docker.networks.find((network) => !network.internal && isTurnedOff(network))
  const other = own && masqueradedBy(own, facts)
  if (!own) return 'Docker is set to masquerade its networks'
  return other
    ? `${own.name} is masqueraded by the host’s own rules: ${other}`
    : `${own.name} is set to leave unmasqueraded, and nothing is seen to fail`
}
