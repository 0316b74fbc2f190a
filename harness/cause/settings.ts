import { egressOf } from '../evidence/connection.ts'
import type { Facts, NetworkFact } from '../evidence/facts.ts'
import type { Drop } from '../simulate/flow.ts'
import { closedAddress } from '../simulate/own-address.ts'
import type { RuleStep } from '../simulate/rules/index.ts'
import { translationOf } from '../simulate/translation.ts'
import type { Evidence } from './cause.ts'
import type { Symptom } from './symptom.ts'

/** Where dockerd has a setting turned off: `"NAME": false` in its file, or `--NAME=false` in any spelling that Go accepts. */
export const settingsOff = ({ docker }: Facts, name: string): Evidence[] => [
  ...(docker.config[name] === false
    ? [{ from: docker.configFile || '/etc/docker/daemon.json', line: `"${name}": false` }]
    : []),
  ...docker.command
    .filter((argument) => new RegExp(`^--${name}=(0|f|F|false|False|FALSE)$`).test(argument))
    .map((line) => ({ from: 'the running dockerd’s command line', line })),
]

/** The network option that dockerd derives from its own setting. */
export const masqueradeOption = 'com.docker.network.bridge.enable_ip_masquerade'

/** Whether a network's own option turns masquerading off. */
export const isTurnedOff = ({ options }: NetworkFact): boolean => options[masqueradeOption] === 'false'

/** A network's own masquerading option, as evidence. */
export const optionLine = ({ name, options }: NetworkFact): Evidence => ({
  from: `docker network inspect ${name}`,
  line: options[masqueradeOption]
    ? `${masqueradeOption}: ${options[masqueradeOption]}`
    : `${masqueradeOption} is not set`,
})

/** That no rule masquerades a network, as evidence. */
export const unmasqueradedLine = ({ subnet }: NetworkFact): Evidence => ({
  from: 'iptables-save -t nat',
  line: `no rule masquerades ${subnet}`,
})

/** Whether a symptom is a flow that leaves one of these networks with its container's own address. */
export const leavesBare = (symptom: Symptom, bare: readonly NetworkFact[]): boolean =>
  symptom.kind === 'flow' &&
  !!symptom.drop &&
  bare.some(({ name, bridge }) => name === symptom.flow.network && endsForThat(symptom.drop!, bridge))

/** Whether no answer has a route to a container's own address, or Docker 28 and later drop what comes to it. */
const endsForThat = ({ end, way, rule }: Drop, bridge: string): boolean =>
  end === 'unmasqueraded' || (way === 'back' && rule !== undefined && closedAddress(rule)?.bridge === bridge)

/** The rules by which Docker 28 and later drop whatever comes for the own addresses of a network's containers. */
export const closingRules = ({ bridge }: NetworkFact, { xtables }: Facts): string[] =>
  [...xtables.nft.rules, ...xtables.legacy.rules].flatMap(({ table, text }) =>
    closedAddress({ table: `ip ${table}`, rule: text })?.bridge === bridge ? [text] : [],
  )

/** The rule that masquerades a network; undefined where none does. */
export const masqueradedBy = (network: NetworkFact, facts: Facts): string | undefined =>
  describe(translationOf(network, facts))

/** A rule exactly as dockerd creates it for a network: its own from an earlier run, or a copy made by hand. */
export function inDockersShape(network: NetworkFact, facts: Facts): string | undefined {
  const rule = translationOf(network, facts)
  const shape = `-A POSTROUTING -s ${network.subnet} ! -o ${network.bridge} -j MASQUERADE`
  return rule?.rule === shape ? shape : undefined
}

const describe = (rule: RuleStep | undefined): string | undefined =>
  rule && (rule.rule.startsWith('-A ') ? rule.rule : `${rule.table} ${rule.chain}: ${rule.rule}`)

/** Whether a connection from a container's own address was answered: then the outside has a route back. */
export const isRouted = (network: NetworkFact, facts: Facts): boolean =>
  bareConnections(network, facts).some(({ answered }) => answered)

/** Connections that left a network with a container's own address. */
export const bareConnections = (network: NetworkFact, facts: Facts) =>
  egressOf(network, facts).filter(({ source, replyTo }) => source === replyTo)

/** Whether docker.service is installed and does not run. */
export const isDown = ({ docker, units }: Facts): boolean =>
  docker.server === '' && units['docker.service']?.load === 'loaded' && units['docker.service'].active !== 'active'
