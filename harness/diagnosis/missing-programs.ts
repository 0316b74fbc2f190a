import type { Facts } from '../evidence/facts.ts'
import { readIntent } from '../simulate/intent.ts'
import { groupOf, type Trouble } from './symptom.ts'

/** Programs that dockerd and containerd start for each container, and that are gone. */
export function missingPrograms(facts: Facts): Trouble[] {
  const { answers, programs, config, command } = facts.docker
  if (!answers || programs === undefined) return []
  const { proxies, proxyProgram } = readIntent(facts)
  const missing = (name: string, what: string): Trouble[] => {
    if (programs.includes(name)) return []
    const message = `it was found neither in dockerd’s PATH nor beside it, so ${what}. Running ones go on. Its package has to be installed again`
    const next = [`command -v ${name}`, 'dpkg -S "$(command -v dockerd)" || rpm -qf "$(command -v dockerd)"']
    return [{ group: groupOf('daemon', name, { state: 'dead', message, next }) }]
  }
  // An admin's own runtimes may be any program.
  const hasOwnRuntimes =
    'runtimes' in config || 'default-runtime' in config || command.some((word) => /^--(add|default)-runtime/.test(word))
  return [
    ...(proxies && proxyProgram === ''
      ? missing('docker-proxy', 'a container that publishes a port does not start')
      : []),
    ...(hasOwnRuntimes
      ? []
      : [...missing('runc', 'no container starts'), ...missing('containerd-shim-runc-v2', 'no container starts')]),
  ]
}
