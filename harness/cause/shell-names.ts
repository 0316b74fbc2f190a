import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'

// What a shell, and every command, takes for a plain word.
const plain = /^[\w@%+=:,./*[\]{}~][\w@%+=:,./*[\]{}~-]*$/

/** The names that this host has for its parts and that are no plain word: the kernel allows a link named `x;reboot`. */
const oddNames = oncePer(
  ({ docker, links, nft, xtables, xtables6, bootFiles, savedRules, ipsets, firewalld }: Facts) => {
    const rules = [xtables.nft, xtables.legacy, xtables6.nft, xtables6.legacy].flatMap(({ chains }) => chains)
    const names = [
      ...docker.allNetworks.flatMap(({ name, options }) => [name, ...Object.keys(options), ...Object.values(options)]),
      ...docker.networks.flatMap(({ bridge, subnet, gateway }) => [bridge, subnet, gateway]),
      ...[...docker.containers, ...docker.stopped].map(({ name }) => name),
      ...[docker.configFile, ...Object.keys(docker.config)],
      ...links.map(({ name }) => name),
      ...nft.flatMap(({ family, table, name }) => [family, table, name]),
      ...rules.flatMap(({ table, chain }) => [table, chain]),
      ...[...bootFiles, ...savedRules].map(({ file }) => file),
      ...[...Object.keys(ipsets), ...Object.keys(firewalld.zones), ...Object.values(firewalld.zones).flat()],
    ]
    return [...new Set(names)].filter((name) => name !== '' && !plain.test(name))
  },
)

/** A name of this host that these steps hold and that a shell may run; undefined where there is none. */
export const oddNameIn = (steps: readonly string[], facts: Facts): string | undefined =>
  oddNames(facts).find((name) => steps.some((step) => step.includes(name)))
