import { oncePer } from '../lib/once-per.ts'
import type { Facts, NetworkFact } from './facts.ts'
import type { Rule } from './iptables-save.ts'

// Options with which dockerd makes other rules for a network than for most.
const special = /enable_icc|gateway_mode|trusted_host_interfaces/
// A network that is not masqueraded has all the other rules.
const masquerade = 'com.docker.network.bridge.enable_ip_masquerade'

// The rules that every bridge network needs. They can be missing from all networks.
const needs: { what: string; met: (rule: Rule, bridge: string) => boolean }[] = [
  {
    what: 'nothing accepts what comes from',
    met: ({ target, input, output }, bridge) =>
      target === 'ACCEPT' && input === bridge && (output === undefined || output === `!${bridge}`),
  },
  {
    what: 'nothing accepts the replies to',
    met: ({ target, output, text }, bridge) => target === 'ACCEPT' && output === bridge && text.includes('ESTABLISHED'),
  },
]

/**
 * The rules that dockerd makes for every bridge network and that a network lacks, such as `filter: -A FORWARD -o br-1
 * -j DOCKER`. Which rules these are depends on the engine, so the networks are compared with each other. A rule that
 * all of them lack is described in words.
 */
export const missingRules = oncePer(({ docker, ruleset }: Facts): string[] => {
  const plain = docker.networks.filter((network) => !network.internal && network.subnet !== '' && !isSpecial(network))
  const shapes = plain.map((network) => new Set(ruleset.rules.flatMap((rule) => shapeOf(rule, network) ?? [])))
  const known = new Set(shapes.flatMap((own) => [...own]))
  const forwarding = ruleset.rules.filter(({ table }) => table === 'filter')
  return plain.flatMap((network, index) => [
    ...needs
      .filter(({ met }) => !plain.some(({ bridge }) => forwarding.some((rule) => met(rule, bridge))))
      .map(({ what }) => `filter: ${what} ${network.bridge}`),
    ...[...known]
      .filter((shape) => !shapes[index]!.has(shape))
      .filter((shape) => network.options[masquerade] !== 'false' || !shape.startsWith('nat: '))
      .map((shape) => shape.replaceAll('<bridge>', network.bridge).replaceAll('<subnet>', network.subnet)),
  ])
})

const isSpecial = ({ options }: NetworkFact): boolean =>
  Object.entries(options).some(([name, value]) => special.test(name) && value !== 'true' && value !== 'nat')

/**
 * A rule with placeholders for the network's names; undefined where it is about another network or a single container.
 */
function shapeOf(rule: Rule, { bridge, subnet }: NetworkFact): string | undefined {
  const own = [rule.input, rule.output].some((name) => name === bridge || name === `!${bridge}`)
  if (!own || rule.port !== undefined || rule.destination !== undefined) return undefined
  const words = rule.text.split(' ').map((word) => (word === bridge ? '<bridge>' : word === subnet ? '<subnet>' : word))
  return `${rule.table}: ${words.join(' ')}`
}
