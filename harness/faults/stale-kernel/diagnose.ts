import type { Facts, ModuleFact } from '../../evidence/facts.ts'
import { compareVersions } from '../../lib/text.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

// What dockerd needs in order to program NAT, by iptables backend.
const nat = {
  nft: ['nf_tables', 'nft_compat', 'nft_chain_nat', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
  legacy: ['ip_tables', 'iptable_nat', 'iptable_filter', 'nf_nat', 'xt_MASQUERADE', 'xt_conntrack', 'xt_addrtype'],
}

/**
 * Stale: a module that the running kernel could not load now and that a newer installed kernel's tree holds. One that
 * no newer tree holds belongs to a package not installed, or was never built: another cause, and not named here.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  const { kernel } = facts.system
  const newest = facts.trees.filter((tree) => compareVersions(tree.kernel, kernel) > 0).at(-1)
  if (!newest) return undefined
  const own = facts.trees.find((tree) => tree.kernel === kernel)?.modules ?? []
  const lost = facts.modules.filter(
    ({ name, state }) =>
      newest.modules.includes(name) && (state === 'missing' || (state === 'loaded' && !own.includes(name))),
  )
  if (lost.length === 0) return undefined

  const needed = facts.iptables.version.includes('legacy') ? nat.legacy : nat.nft
  const wanting = lost.filter(({ name, state }) => state === 'missing' && needed.includes(name))
  const active = wanting.length > 0 && facts.units['docker.service']?.active !== 'active'
  return {
    cause: 'stale-kernel',
    state: active ? 'active' : 'latent',
    confidence: 'certain',
    summary: active
      ? `The running kernel ${kernel} can no longer load ${list(wanting)}; the newer installed kernel ${newest.kernel} can. Docker cannot program NAT until the host runs a kernel whose modules are there.`
      : `The running kernel ${kernel} has lost modules (${list(lost)}) and a newer one, ${newest.kernel}, is installed. Nothing fails yet: Docker will, as soon as it needs a module that is not loaded.`,
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
    ...remedies(fixes),
  }
}

const journal = (facts: Facts): Diagnosis['evidence'] =>
  facts.docker.journal
    .filter((line) => /missing kernel module|insmod|CHAIN_ADD failed|Protocol not supported/.test(line))
    .slice(-1)
    .map((line) => ({ from: 'journalctl -u docker', line }))

const list = (modules: ModuleFact[]): string => modules.map(({ name }) => name).join(', ')
