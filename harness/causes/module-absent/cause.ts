import { absent, defineCause, type Evidence, present } from '../../cause/cause.ts'
import { configErrorOf } from '../../cause/daemon-config.ts'
import { orphanOf } from '../../cause/restart.ts'
import type { Facts, ModuleFact } from '../../evidence/facts.ts'
import { lackingModules, lacksLegacyOnly } from './lacking.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * The running kernel lacks a module that Docker needs, and so does every newer kernel that is installed: its package is
 * not installed, or the kernel was built without it. A module that a newer kernel has was lost to an upgrade: that is
 * another cause.
 */
export const moduleAbsent = defineCause({
  id: 'module-absent',
  title: 'No installed kernel has a module that Docker needs',
  needs: ['system', 'modules', 'trees', 'iptables-tool'],
  detect(facts) {
    const lacking = lackingModules(facts)
    const { kernel } = facts.system
    if (lacking.length === 0)
      return absent(`kernel ${kernel}, or a newer one that is installed, has every module that Docker needs`)
    const what = lacksLegacyOnly(facts)
      ? `iptables is the legacy one here, and the kernel ${kernel} has no modules for its tables (${list(lacking)}). Newer kernels are often built without them. Those for nft are there.`
      : `The kernel ${kernel} has no ${list(lacking)}, and neither has a newer one that is installed, so a reboot does not help. The package with the module is not installed, or the kernel was built without it.`
    return present({
      confidence: 'certain',
      active: `${what} Docker cannot set up NAT.`,
      latent: `${what} Nothing fails yet. Docker will fail as soon as it needs such a module and it is not loaded, at the latest after the next boot.`,
      evidence: [
        { from: 'uname -r', line: kernel },
        ...lacking.map(({ name, state, detail }) =>
          state === 'loaded'
            ? { from: '/proc/modules', line: `${name} is loaded, but no file has it` }
            : { from: `modprobe -n ${name}`, line: detail },
        ),
        ...facts.trees.map((tree) => held(tree, lacking)),
        { from: 'iptables --version', line: facts.iptables.version },
        ...journal(facts),
      ],
    })
  },
  // If several causes would keep dockerd down, its last error decides.
  explains: (symptom, facts) =>
    symptom.kind === 'daemon' &&
    (symptom.error === '' || /iptables|kernel module/i.test(symptom.error)) &&
    lackingModules(facts).some(({ state }) => state === 'missing') &&
    orphanOf(facts) === undefined &&
    configErrorOf(facts) === undefined,
  remedies,
  temptations,
})

/** What an installed kernel's tree has of these modules. */
function held({ kernel, modules }: Facts['trees'][number], lacking: readonly ModuleFact[]): Evidence {
  const there = lacking.filter(({ name }) => modules.includes(name))
  return { from: `/lib/modules/${kernel}`, line: there.length > 0 ? `has ${list(there)}` : `has no ${list(lacking)}` }
}

const journal = (facts: Facts): Evidence[] =>
  facts.docker.journal
    .filter((line) => /missing kernel module|insmod|(CHAIN|TABLE)_ADD failed|Protocol not supported/.test(line))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))

const list = (modules: readonly ModuleFact[]): string => modules.map(({ name }) => name).join(', ')
