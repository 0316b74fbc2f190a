import { end, type Operation } from '../compiled.ts'
import { untracked } from '../tracking.ts'
import { masquerade } from '../translate.ts'
import { unknown } from '../truth.ts'
import { unchanging } from './change.ts'
import type { Scope } from './scope.ts'

// Targets whose effect does not depend on their options; nft does not print these.
const targets: Record<string, Operation> = {
  MASQUERADE: end({ to: 'translate', translate: masquerade }),
  REJECT: end({ to: 'reject' }),
  NOTRACK: { does: 'change', change: untracked },
  TCPMSS: { does: 'clamp' },
}
const silent = ['LOG', 'NFLOG', 'TRACE', 'CHECKSUM', 'CLASSIFY', 'DSCP', 'TOS', 'ECN', 'TEE', 'AUDIT']

/**
 * An iptables extension as nft prints it: only its name. Where iptables-save lists the table, its lines are read
 * instead; here the options are unknown.
 */
export function xtOperation(value: unknown, scope: Scope): Operation {
  const { type, name } = (value ?? {}) as { type?: unknown; name?: unknown }
  const message = `What ${name ? `the extension ${name}` : 'an extension'} of iptables does in ${scope.table} ${scope.chain} is not listed.`
  const settle = `iptables-save -t ${scope.table}`
  const why = unknown('module', `xt ${scope.id} ${name}`, message, settle)
  if (type === 'match') return { does: 'test', test: () => why }
  if (type === 'target' && typeof name === 'string') {
    if (Object.hasOwn(targets, name)) return targets[name]!
    if (silent.includes(name)) return unchanging
  }
  return end({ to: 'open', as: 'drop', goesOn: 'continue', why })
}
