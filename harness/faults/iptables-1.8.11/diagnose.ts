import type { Facts } from '../../evidence/facts.ts'
import { missingRules } from '../../evidence/network-rules.ts'
import type { Diagnosis } from '../fault.ts'
import { remedies } from '../remedies.ts'
import { fixes } from './fixes.ts'

/**
 * Broken: asked in a scratch namespace, this host's iptables finds (`-C`) or deletes (`-D`) a rule of another interface
 * than the one it was asked for. Its version says nothing: sound and broken builds print the same.
 */
export function diagnose(facts: Facts): Diagnosis | undefined {
  const { version, selfTest } = facts.iptables
  // Exit 0 where a sound build says 1: something was found that is not there. The opposite is another defect.
  const confused = selfTest.filter(({ seen, sound }) => seen === 0 && sound !== 0)
  if (confused.length === 0) return undefined

  const missing = missingRules(facts)
  const active = missing.length > 0
  return {
    cause: 'iptables-check-broken',
    state: active ? 'active' : 'latent',
    confidence: 'certain',
    summary: `This host’s iptables takes every interface for the same, so dockerd is told that rules of one network are there because another’s are, and deletes another’s instead of its own. ${
      active
        ? `${missing.length} rules that its networks need are missing.`
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
    ...remedies(fixes),
  }
}
