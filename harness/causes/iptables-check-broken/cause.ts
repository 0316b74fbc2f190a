import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import type { FlowSymptom } from '../../cause/symptom.ts'
import type { Facts } from '../../evidence/facts.ts'
import { missingRules } from '../../evidence/network-rules.ts'
import { remedies, temptations } from './remedies.ts'

/**
 * Run in a scratch namespace, this host's iptables finds (`-C`) or deletes (`-D`) a rule of another interface than the one
 * that was named. Its version decides nothing: sound and broken builds print the same.
 */
export const iptablesCheckBroken = defineCause({
  id: 'iptables-check-broken',
  title: 'iptables takes every interface for the same',
  needs: ['iptables-self-test', 'iptables-tool'],
  detect(facts) {
    const { version, selfTest } = facts.iptables
    // Exit 0 where a sound build says 1: something was found that is not there. The opposite is another defect.
    const confused = selfTest.filter(({ seen, sound }) => seen === 0 && sound !== 0)
    if (selfTest.length === 0) return unknown('iptables was not tried in a scratch namespace')
    if (confused.length === 0) return absent('iptables finds and deletes the very rules that it is given')
    const missing = missingRules(facts)
    const what =
      'This host’s iptables takes every interface for the same, so that dockerd takes the rules of one network for another’s, and deletes another’s instead of its own.'
    return present({
      confidence: 'certain',
      active: `${what} ${missing.length} rules that its networks need are missing.`,
      latent: `${what} ${
        missing.length > 0
          ? `${missing.length} rules are missing that its networks may need.`
          : 'The rules are still complete: the next start of dockerd, or the next network removed, takes some away.'
      }`,
      evidence: [
        ...confused.map(({ question, seen, sound }) => ({
          from: 'iptables self-test',
          line: `${question}: exit ${seen}, where a sound build exits ${sound}`,
        })),
        { from: 'iptables --version', line: `${version}, as sound builds of it print too` },
        ...missing.map((rule) => ({ from: 'iptables-save', line: `missing: ${rule}` })),
      ],
    })
  },
  explains: (symptom, facts) => symptom.kind === 'flow' && lacksRules(symptom, facts),
  remedies,
  temptations,
})

/**
 * Whether a flow fares as it does for want of rules that its network lacks, singly. Where a table leads into none of
 * Docker's chains at all, all of it is gone, which no such check does.
 */
function lacksRules({ flow, drop }: FlowSymptom, facts: Facts): boolean {
  const missing = missingRules(facts)
  const lacks = (table: string): boolean =>
    missing.some((rule) => rule.startsWith(`${table}: `) && rule.split(' ').includes(flow.bridge))
  const stands = (table: string): boolean =>
    facts.ruleset.rules.some((rule) => rule.table === table && /^DOCKER(-(?!USER)|$)/.test(rule.target ?? ''))
  if (!drop) return stands('filter') && missing.some((rule) => rule.startsWith('filter: '))
  // The policy ends what no rule speaks of; a rule that drops it would do so all the same.
  if (drop.rule?.table === 'ip filter' && drop.rule.base === 'FORWARD')
    return drop.rule.rule.startsWith('policy ') && stands('filter') && lacks('filter')
  return flow.kind === 'published' && !drop.rule && stands('nat') && lacks('nat')
}
