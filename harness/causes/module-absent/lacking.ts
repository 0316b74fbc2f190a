import { natModules } from '../../cause/restart.ts'
import type { Facts, ModuleFact } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import { compareVersions } from '../../lib/text.ts'
import { currentBackend, makesRulesByIptables } from '../../simulate/intent.ts'

/**
 * The modules that dockerd needs for NAT and that the running kernel's tree does not have, nor that of any newer installed
 * kernel. Those that are loaded all the same count too: they are gone after the next boot. Empty where the running kernel
 * has no tree here, because then nothing shows which modules were built into it.
 */
export const lackingModules = oncePer((facts: Facts): ModuleFact[] => {
  const { kernel } = facts.system
  const own = facts.trees.find((tree) => tree.kernel === kernel)
  if (!own || !needsNat(facts)) return []
  const trees = [own, ...facts.trees.filter((tree) => compareVersions(tree.kernel, kernel) > 0)]
  const works = hasNatRules(facts)
  return facts.modules.filter(
    ({ name, state }) =>
      natModules[currentBackend(facts)].includes(name) &&
      (state === 'loaded' || (state === 'missing' && !works)) &&
      !trees.some(({ modules }) => modules.includes(name)),
  )
})

/** Whether there is a dockerd here, and it makes rules with iptables. */
function needsNat(facts: Facts): boolean {
  const { docker, sections } = facts
  const isInstalled = docker.binaries.length > 0 || docker.processes.length > 0
  return makesRulesByIptables(facts) && (isInstalled || sections['docker-install']?.status !== 'ok')
}

/** Whether dockerd's rules for NAT are there: then the kernel has what they need, whatever modprobe reports. */
const hasNatRules = (facts: Facts): boolean =>
  facts.docker.answers &&
  facts.xtables[currentBackend(facts)].rules.some(({ table, target }) => table === 'nat' && target === 'DOCKER')

/** Whether the kernel lacks the legacy backend's tables and nothing else, while `iptables` is the legacy one. */
export const lacksLegacyOnly = (facts: Facts): boolean =>
  currentBackend(facts) === 'legacy' &&
  canSwitch(facts) &&
  lackingModules(facts).every(({ name }) => /^(ip_tables|iptable_)/.test(name))

/** The backend that `iptables` does not stand for. */
export const otherBackend = (facts: Facts): 'nft' | 'legacy' => (currentBackend(facts) === 'nft' ? 'legacy' : 'nft')

/** Whether the running kernel has every module that the other backend of iptables needs. */
export const canSwitch = (facts: Facts): boolean =>
  natModules[otherBackend(facts)].every((name) =>
    facts.modules.some((module) => module.name === name && module.state !== 'missing'),
  ) && !lackingModules(facts).some(({ name }) => natModules[otherBackend(facts)].includes(name))
