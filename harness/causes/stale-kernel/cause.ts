import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { configErrorOf } from '../../cause/daemon-config.ts'
import { missingNatModules, orphanOf, unloadableNatModules } from '../../cause/restart.ts'
import type { Facts, ModuleFact } from '../../evidence/facts.ts'
import { compareVersions } from '../../lib/text.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * The running kernel cannot load a module that a newer installed kernel's tree holds. A module that no newer tree holds
 * belongs to a package that is not installed, or was never built: that is another cause.
 */
export const staleKernel = defineCause({
  id: 'stale-kernel',
  title: 'The running kernel has lost its modules to an upgrade',
  needs: ['system', 'modules', 'trees', 'units'],
  detect(facts) {
    const { kernel } = facts.system
    const newest = facts.trees.filter((tree) => compareVersions(tree.kernel, kernel) > 0).at(-1)
    const lost = newest ? lostTo(newest.modules, facts) : []
    if (!newest || lost.length === 0) return absent(loads(facts))
    const wanting = lost.filter(({ name }) => unloadableNatModules(facts).some((module) => module.name === name))
    return present({
      confidence: 'certain',
      active: `The running kernel ${kernel} can no longer load ${list(wanting)}. The newer installed kernel ${newest.kernel} can. Docker cannot set up NAT until the host runs a kernel whose modules are there.`,
      latent: `The running kernel ${kernel} has lost modules (${list(lost)}), and a newer kernel, ${newest.kernel}, is installed. Nothing fails yet. Docker will fail as soon as it needs a module that is not loaded.`,
      evidence: [
        { from: 'uname -r', line: kernel },
        ...lost.map(({ name, state, detail }) =>
          state === 'loaded'
            ? { from: '/proc/modules', line: `${name} is loaded, but its file is gone` }
            : { from: `modprobe -n ${name}`, line: detail },
        ),
        { from: `/lib/modules/${newest.kernel}`, line: `holds ${list(lost)}` },
        ...journal(facts),
      ],
    })
  },
  // If several causes would keep dockerd down, its last error decides. The setting may have changed since.
  explains: (symptom, facts) =>
    symptom.kind === 'daemon' &&
    (missingNatModules(facts).length > 0 ||
      (unloadableNatModules(facts).length > 0 && /iptables|kernel module/i.test(symptom.error))) &&
    orphanOf(facts) === undefined &&
    configErrorOf(facts) === undefined,
  remedies,
  temptations,
})

/** The modules that a newer tree holds and the running kernel's tree no longer does. */
function lostTo(newer: readonly string[], { trees, modules, system }: Facts): ModuleFact[] {
  const own = trees.find((tree) => tree.kernel === system.kernel)?.modules ?? []
  return modules.filter(
    ({ name, state }) => newer.includes(name) && (state === 'missing' || (state === 'loaded' && !own.includes(name))),
  )
}

const loads = ({ modules, system }: Facts): string =>
  modules.every(({ name, state }) => state !== 'missing' || /^(ip_tables|iptable_)/.test(name))
    ? `the running kernel ${system.kernel} can load every module that Docker needs`
    : `no newer installed kernel has the modules that ${system.kernel} lacks`

const journal = (facts: Facts): Evidence[] =>
  facts.docker.journal
    .filter((line) => /missing kernel module|insmod|CHAIN_ADD failed|Protocol not supported/.test(line))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))

const list = (modules: readonly ModuleFact[]): string => modules.map(({ name }) => name).join(', ')
