import type { Facts, HaltedProcess } from '../evidence/facts.ts'

/** The dockerd that exists and does not run; undefined where it runs, or where none is there. */
export function haltedDockerd({ docker, halted }: Facts): HaltedProcess | undefined {
  for (const { pid, state } of docker.processes) {
    const found = halted.find((each) => each.pid === pid)
    if (found) return found
    if (state === 'T') return { pid, by: 'signal', container: '', unit: '', name: 'dockerd' }
  }
  return undefined
}

/** The host's containerd that exists and does not run. */
export const haltedContainerd = ({ halted }: Facts): HaltedProcess | undefined =>
  halted.find(({ name, container }) => name === 'containerd' && container === '')

/** Lets a process go on. */
export function continueStep({ pid, by, unit }: HaltedProcess): string {
  if (by === 'signal') return `kill -CONT ${pid}`
  return unit.endsWith('.service') ? `systemctl thaw ${unit}` : `cat /proc/${pid}/cgroup`
}

/** Why a process does not run. */
export const whyHalted = ({ by }: HaltedProcess): string =>
  by === 'signal' ? 'is stopped by a signal' : 'is in a frozen cgroup'
