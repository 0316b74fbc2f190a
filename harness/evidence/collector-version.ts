import { readFileSync } from 'node:fs'

let known: string | undefined

/** The version of this tool's collector, which its bundles carry. */
export function collectorVersion(): string {
  known ??= /^version=(\w+)$/m.exec(readFileSync(new URL('./collect.sh', import.meta.url), 'utf8'))?.[1] ?? 'unbuilt'
  return known
}
