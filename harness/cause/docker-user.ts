import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'

/** The administrator's chain DOCKER-USER, where packets get to it only behind rules of Docker's that accept them. */
export interface Bypassed {
  /** Docker's rules of FORWARD that come before it: `oifname "docker0" … jump DOCKER`. */
  before: string[]
  /** Its rules that drop or reject. */
  blocking: string[]
  /** Its rules that iptables did not make, by handle. */
  native: { handle: number; text: string }[]
}

interface Line {
  text: string
  target: string
  handle?: number
  native: boolean
}

/**
 * DOCKER-USER behind Docker's rules, if it has rules that block anything. Docker's documentation promises that it is
 * processed before them. Source: docs.docker.com, "Packet filtering and firewalls".
 */
export const bypassed = oncePer((facts: Facts): Bypassed | undefined => {
  const own = linesOf('DOCKER-USER', facts)
  const blocking = own.filter(({ target }) => target === 'drop' || target === 'reject')
  const forward = linesOf('FORWARD', facts)
  const at = forward.findIndex(({ target }) => target === 'docker-user')
  // Isolation between networks comes first on old engines, and accepts nothing.
  const before = (at < 0 ? forward : forward.slice(0, at)).filter(
    ({ target }) => /^docker(-|$)/.test(target) && !target.startsWith('docker-isolation'),
  )
  if (blocking.length === 0 || before.length === 0) return undefined
  const textOf = ({ text }: Line): string => text
  return {
    before: before.map(textOf),
    blocking: blocking.map(textOf),
    native: own.flatMap(({ native, handle, text }) => (native && handle !== undefined ? [{ handle, text }] : [])),
  }
})

/** The rules of a chain of iptables' table filter. nft lists them even where iptables refuses to. */
function linesOf(name: string, { nft, ruleTexts, ruleset }: Facts): Line[] {
  const chain = nft.find((each) => each.family === 'ip' && each.table === 'filter' && each.name === name)
  if (!chain)
    return ruleset.rules
      .filter(({ table, chain }) => table === 'filter' && chain === name)
      .map(({ text, target = '' }) => ({ text, target: target.toLowerCase(), native: false }))
  return chain.rules.map(({ expr, handle }) => ({
    text: ruleTexts.get(`ip filter ${handle}`) ?? JSON.stringify(expr),
    target: targetOf(expr),
    ...(handle !== undefined && { handle }),
    // iptables gives each of its rules a counter.
    native: !expr.some((each) => 'counter' in each),
  }))
}

function targetOf(expr: readonly Record<string, unknown>[]): string {
  for (const each of expr) {
    const { jump, goto, xt } = each as Record<string, { target?: string; type?: string; name?: string } | undefined>
    const target = jump?.target ?? goto?.target ?? (xt?.type === 'target' ? xt.name : undefined)
    if (target) return target.toLowerCase()
    for (const verdict of ['drop', 'reject', 'accept', 'return']) if (verdict in each) return verdict
  }
  return ''
}
