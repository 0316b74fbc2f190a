import type { z } from 'zod'
import type { Registry } from './terms.ts'
import { type Written, writtenOf } from './vector.ts'

type State = { probes?: Partial<Record<string, unknown>>; diagnosis?: unknown }
type Fix = { use?: unknown; expect?: unknown; leaves?: unknown } | undefined

/**
 * Checks what involves several keys: a control breaks nothing, a fault breaks something and uses only its own fixes, and
 * of two faults each is named. It also runs on scenarios with other errors, so it trusts no type of any value.
 */
export function crossCheck({ faults, probes }: Pick<Registry, 'faults' | 'probes'>) {
  return (value: unknown, context: z.RefinementCtx): void => {
    if (typeof value !== 'object' || value === null) return
    const scenario = value as { fault?: { kind?: unknown }; and?: { kind?: unknown }; fixes?: unknown } & Partial<
      Record<string, State>
    >
    const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message })
    const healthyProbes = (scenario.healthy?.probes ?? {}) as Written
    const notRun = Object.keys(probes).filter(
      (name) => !(probes[name]?.healthy ?? writtenOf(healthyProbes, name, probes)),
    )
    for (const name of notRun)
      for (const state of ['latent', 'broken'].filter((key) => scenario[key]?.probes?.[name]))
        refuse([state, 'probes', name], 'runs only where `healthy.probes` gives its outcome on the healthy host')
    const fixes = (Array.isArray(scenario.fixes) ? scenario.fixes : []) as Fix[]
    if (!('fault' in scenario)) {
      const others = ['and', 'latent', 'broken', ...(fixes.length > 0 ? ['fixes'] : [])]
      for (const key of others.filter((key) => key in scenario))
        refuse([key], 'needs a `fault`; a scenario without one is a control')
      return
    }
    const two = 'and' in scenario
    // What two faults do together is computed from the cells of each alone.
    const missing = (expected: 'object' | 'array', ...path: PropertyKey[]) =>
      context.addIssue({ code: 'invalid_type', expected, path })
    if (!two && !('broken' in scenario)) missing('object', 'broken')
    for (const state of ['latent', 'broken'].filter((key) => !two && scenario[key] instanceof Object))
      if (scenario[state]!.diagnosis === undefined) missing('array', state, 'diagnosis')
    const kinds = [scenario.fault, ...(two ? [scenario.and] : [])].map((fault) => String(fault?.kind))
    const known = kinds.map((kind) => (Object.hasOwn(faults, kind) ? faults[kind] : undefined))
    if (two && known[0] && known[0] === known[1])
      refuse(['and', 'kind'], 'is the kind of `fault` as well; choose another one')
    const named = scenario.broken?.diagnosis
    if (two && Array.isArray(named))
      for (const [index, fault] of known.entries())
        if (fault && fault.causes.length > 0 && !fault.causes.some((cause) => named.includes(cause)))
          refuse(['broken', 'diagnosis'], `names no cause of ${kinds[index]} (${fault.causes.join(', ')})`)

    const own = known.every((fault) => fault !== undefined) ? new Set(known.flatMap((fault) => fault.fixes)) : undefined
    const uses = fixes.map((fix) => fix?.use)
    for (const [index, fix] of fixes.entries()) {
      const path = ['fixes', index, 'use']
      const { use, expect, leaves } = fix ?? {}
      if (expect === 'cures' && Array.isArray(leaves) && leaves.length > 0)
        refuse(['fixes', index, 'leaves'], 'contradicts `cures`: on a cured host no cause is left')
      // The class describes the whole host. Only `leaves` shows which of two faults the fix has mended.
      if (two && typeof use === 'string' && leaves === undefined && expect !== 'cures')
        missing('array', 'fixes', index, 'leaves')
      if (typeof use !== 'string') continue
      if (own && !own.has(use)) context.addIssue({ code: 'invalid_value', values: [...own], path })
      // Each fix is a stage, and stages have unique names.
      else if (uses.indexOf(use) < index) refuse(path, 'is used twice')
    }
  }
}
