import type { Kind } from './kinds.ts'
import { familyOf, type Process } from './processes.ts'

// An engine's own processes, and not those of the Docker engines on its hosts, which are what is tested.
const isShim = ({ name }: Process): boolean => name.startsWith('containerd-shim')

/** The processes of a matrix that a kind may kill. They are found by their descent from it, never by name alone. */
export function victimsOf(kind: Kind, root: number, all: readonly Process[]): Process[] {
  const family = familyOf(root, all)
  if (kind === 'harness') return family.slice(0, 1)
  if (kind === 'qemu') return family.filter(({ name }) => name.startsWith('qemu-system'))
  const shims = family.filter(isShim)
  const onHosts = new Set(shims.flatMap(({ pid }) => familyOf(pid, all).slice(1)).map(({ pid }) => pid))
  const ofEngine = family.filter(({ pid }) => !onHosts.has(pid))
  const outer = ofEngine.filter(isShim)
  const firsts = family.filter(({ parent }) => outer.some(({ pid }) => pid === parent))
  switch (kind) {
    case 'dockerd':
    case 'containerd':
      return ofEngine.filter(({ name }) => name === kind)
    case 'shim':
      return outer
    case 'host':
    case 'oom':
      return firsts.filter(({ inner }) => inner === 1)
    case 'runner':
      return firsts.filter(({ inner, command }) => inner !== 1 && command.includes('/run/dockfault.'))
    default:
      return []
  }
}
