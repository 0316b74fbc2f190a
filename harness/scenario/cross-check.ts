import type { z } from 'zod'
import type { Vocabulary } from './schema.ts'

type State = { probes?: Partial<Record<string, unknown>> }

/**
 * What no single key of a scenario can tell: a control breaks nothing, a fault breaks something, and its fixes are its
 * own. It runs beside other errors, so nothing about the value is taken for granted.
 */
export function crossCheck({ faults, probes }: Pick<Vocabulary, 'faults' | 'probes'>) {
  return (value: unknown, context: z.RefinementCtx): void => {
    if (typeof value !== 'object' || value === null) return
    const scenario = value as { fault?: { kind?: unknown }; fixes?: unknown } & Partial<Record<string, State>>
    for (const name of Object.keys(probes).filter((probe) => !probes[probe] && !scenario.healthy?.probes?.[probe]))
      for (const state of ['latent', 'broken'].filter((key) => scenario[key]?.probes?.[name]))
        context.addIssue({
          code: 'custom',
          path: [state, 'probes', name],
          message: 'is asked only where `healthy.probes` says what this healthy host answers',
        })
    const fixes: unknown[] = Array.isArray(scenario.fixes) ? scenario.fixes : []
    if (!('fault' in scenario)) {
      for (const key of ['latent', 'broken', ...(fixes.length > 0 ? ['fixes'] : [])].filter((key) => key in scenario))
        context.addIssue({ code: 'custom', path: [key], message: 'has no place in a scenario without `fault`' })
      return
    }
    if (!('broken' in scenario)) context.addIssue({ code: 'invalid_type', expected: 'object', path: ['broken'] })
    const kind = String(scenario.fault?.kind)
    const known = Object.hasOwn(faults, kind) ? faults[kind]!.fixes : undefined
    const uses = fixes.map((fix) => (fix as { use?: unknown } | undefined)?.use)
    for (const [index, use] of uses.entries()) {
      const path = ['fixes', index, 'use']
      if (typeof use !== 'string') continue
      if (known && !known.includes(use)) context.addIssue({ code: 'invalid_value', values: [...known], path })
      // Each is a stage of its own, known by its name.
      else if (uses.indexOf(use) < index) context.addIssue({ code: 'custom', path, message: 'is used twice' })
    }
  }
}
