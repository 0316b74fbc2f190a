import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { misreadChecks } from '../../cause/restart.ts'
import type { FlowSymptom } from '../../cause/symptom.ts'
import type { Facts } from '../../evidence/facts.ts'
import { missingRules } from '../../evidence/network-rules.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * In a scratch namespace, this host's iptables finds (`-C`) or deletes (`-D`) a rule of another interface than the one
 * named. Its version decides nothing: sound and broken builds print the same.
 */
export const iptablesCheckBroken = defineCause({
  id: 'iptables-check-broken',
  title: 'iptables ignores interfaces in -C and -D',
  needs: ['iptables-self-test', 'iptables-tool'],
  detect(facts) {
    const { version, selfTest } = facts.iptables
    const confused = misreadChecks(facts)
    if (selfTest.length === 0) return unknown('iptables was not tested in a scratch namespace')
    if (confused.length === 0) return absent('iptables compares interfaces in -C and -D, as it should')
    const missing = missingRules(facts)
    const what =
      'This host’s iptables ignores interfaces in -C and -D. So dockerd mistakes the rules of one network for those of another, and deletes the wrong ones.'
    return present({
      confidence: 'certain',
      active: `${what} ${missing.length} rules that Docker’s networks need are missing.`,
      latent: `${what} ${
        missing.length > 0
          ? `${missing.length} rules that Docker’s networks may need are missing.`
          : 'No rule is missing yet. The next start of dockerd, or the next removal of a network, will lose some.'
      }`,
      evidence: [
        ...confused.map(({ question, seen, sound }) => ({
          from: 'iptables self-test',
          line: `${question}: exit ${seen}, where a sound build exits ${sound}`,
        })),
        { from: 'iptables --version', line: `${version}; sound builds print the same` },
        ...missing.map((rule) => ({ from: 'iptables-save', line: `missing: ${rule}` })),
      ],
    })
  },
  explains: (symptom, facts) => symptom.kind === 'flow' && lacksRules(symptom, facts),
  remedies,
  temptations,
})

/**
 * Whether a flow fails because its network lacks single rules. If a table jumps to none of Docker's chains, all of its
 * rules are gone, and a broken `-C` does not do that.
 */
function lacksRules({ flow, drop }: FlowSymptom, facts: Facts): boolean {
  const missing = missingRules(facts)
  const lacks = (table: string): boolean =>
    missing.some((rule) => rule.startsWith(`${table}: `) && rule.split(' ').includes(flow.bridge))
  const jumps = (table: string): boolean =>
    facts.ruleset.rules.some((rule) => rule.table === table && /^DOCKER(-(?!USER)|$)/.test(rule.target ?? ''))
  if (!drop) return jumps('filter') && missing.some((rule) => rule.startsWith('filter: '))
  // Only the policy ends a packet for want of a rule. A rule that drops it would drop it anyway.
  if (drop.rule?.table === 'ip filter' && drop.rule.base === 'FORWARD')
    return drop.rule.rule.startsWith('policy ') && jumps('filter') && lacks('filter')
  return flow.kind === 'published' && !drop.rule && jumps('nat') && lacks('nat')
}
