import type { Commands } from './dispatch.ts'

/** The commands that need no lab, and so are in the package. */
export const toolCommands = {
  diagnose: () => import('./diagnose.ts'),
  fix: () => import('./fix.ts'),
  collect: () => import('./collect.ts'),
  completion: () => import('./completion.ts'),
} as const satisfies Commands
