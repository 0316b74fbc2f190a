import type { Conditions } from './conditions.ts'
import type { Capability } from './terms.ts'

/** What a bisection can vary: one program in its versions. */
export interface Axis {
  /** The condition that it sets; `host`: each version comes with a kind of host of its own. */
  sets: keyof Pick<Conditions, 'iptables' | 'kernel'> | 'host'
  /** Its versions, oldest first; empty where only the package lists of the host's suite have them. */
  versions: readonly string[]
  /** The host of each version, where it sets the host. */
  hosts: Readonly<Record<string, string>>
  what: string
  /** What another version costs, as a sentence for people. */
  cost: string
  /** The capabilities of a provider that can vary it. */
  needs: readonly Capability[]
  /** The facts and packages of a host that are the program itself. All others that differ are something else. */
  own: readonly string[]
}

const suites = ['debian11', 'debian12', 'debian13', 'debian-testing'] as const

/** The versions that the suites have, oldest first. */
const bySuite = (versions: readonly string[]): Pick<Axis, 'sets' | 'versions' | 'hosts'> => ({
  sets: 'host',
  versions,
  hosts: Object.fromEntries(versions.map((version, index) => [version, suites[index]!])),
})

/** The axes of a bisection, by the word for `--over`. */
export const axes = {
  iptables: {
    sets: 'iptables',
    // 1.8.11-2 is Debian's package, which has the mend of 1.8.12.
    versions: ['1.8.7', '1.8.8', '1.8.9', '1.8.10', '1.8.11', '1.8.11-2', '1.8.12', '1.8.13'],
    hosts: {},
    what: 'iptables',
    cost: 'each version that is not in the cache is built once, which takes a minute',
    needs: ['systemd', 'docker'],
    own: ['iptables'],
  },
  engine: {
    ...bySuite(['20.10.5', '20.10.24', '26.1.5', '28.5.2']),
    what: 'Docker',
    cost: 'each version is a host of another suite, with an image that is built once',
    needs: ['systemd', 'docker'],
    own: ['docker', 'docker.io', 'docker-cli'],
  },
  firewalld: {
    ...bySuite(['0.9.3', '1.3.3', '2.3.1', '2.5.2']),
    what: 'firewalld',
    cost: 'each version is a host of another suite, with an image that is built once',
    needs: ['systemd', 'docker'],
    own: ['firewalld', 'python3-firewall'],
  },
  kernel: {
    sets: 'kernel',
    versions: [],
    hosts: {},
    what: 'the kernel',
    cost: 'each version is downloaded, installed and booted in a VM, which takes minutes without KVM',
    needs: ['systemd', 'docker', 'own-kernel', 'reboot'],
    own: ['kernel'],
  },
} as const satisfies Record<string, Axis>

export type AxisName = keyof typeof axes

/** The axis of that name. */
export const axisOf = (name: AxisName): Axis => axes[name]
