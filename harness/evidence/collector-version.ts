import { readFileSync } from 'node:fs'

let known: string | undefined

/** The version of this tool's own collector, as it writes it into its bundles. */
export function collectorVersion(): string {
  known ??= /^version=(\w+)$/m.exec(readFileSync(new URL('./collect.sh', import.meta.url), 'utf8'))?.[1] ?? 'unbuilt'
  return known
}
