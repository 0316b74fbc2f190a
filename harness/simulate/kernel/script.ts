import type { HostSpec } from './host-spec.ts'
import { type Command, type Step, stepsOf } from './steps.ts'

/** The sh script that makes a host from empty namespaces; their paths are in $host, $c1, $c2, $c3 and $outside. */
export const scriptOf = (spec: HostSpec): string =>
  ['#!/bin/sh', 'export host c1 c2 c3 outside', ...stepsOf(spec).map(within), ''].join('\n')

function within({ namespace, settings, commands }: Step): string {
  const lines = [
    ...settings.map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`),
    ...commands.flatMap(commandLines),
  ]
  return [`nsenter --net="$${namespace}" sh -s <<'WITHIN'`, ...lines, 'WITHIN'].join('\n')
}

function commandLines({ words, input, parts }: Command): string[] {
  // Batches for ip name namespaces by variables; no rule contains a dollar sign.
  if (!parts) return [`${words} <<BATCH`, ...input, 'BATCH']
  return [
    `${words} 2>/dev/null <<'RULES' || {`,
    ...input,
    'RULES',
    ...parts.flatMap((lines) => [`${words} <<'RULES'`, ...lines, 'RULES']),
    '}',
  ]
}
