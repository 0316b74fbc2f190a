import type { Facts } from '../evidence/facts.ts'
import type { RuleStep } from '../simulate/rules/index.ts'

/** Docker's bridges by name. Future ones, which dockerd calls br-…, are `br-*`, unless another bridge is called so. */
export function bridgeNames({ docker, links }: Facts): string[] {
  const bridges = docker.networks.map(({ bridge }) => bridge).filter(Boolean)
  const isWild = links.every(({ name, kind }) => kind !== 'bridge' || !/^br-/.test(name) || bridges.includes(name))
  const names = bridges.map((name) => (isWild && /^br-/.test(name) ? 'br-*' : name))
  return [...new Set(names)].sort()
}

/** The rules that let the packets of Docker's bridges through the base chain of a rule, each as words of nft. */
export const acceptBridges = ({ table, base, hook }: RuleStep, facts: Facts): string[] =>
  bridgeNames(facts).flatMap((name) =>
    // What comes in to the host itself does not leave by a device.
    (hook === 'input' ? ['iifname'] : ['iifname', 'oifname']).map(
      (way) => `insert rule ${table} ${base} ${way} "${name}" accept`,
    ),
  )

/** Adds such rules, those that are not there. */
export const addRules = (rules: readonly string[]): string[] =>
  rules.map((rule) => {
    const [, , family, table, chain] = rule.split(' ')
    const match = rule.split(' ').slice(5).join(' ')
    return `nft list chain ${family} ${table} ${chain} | grep -qF '${match}' || nft '${rule}'`
  })
