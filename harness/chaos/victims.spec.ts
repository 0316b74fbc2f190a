import { expect } from 'chai'
import type { Process } from './processes.ts'
import { victimsOf } from './victims.ts'

const one = (pid: number, parent: number, name: string, command = name, inner = pid): Process => ({
  pid,
  parent,
  start: String(pid),
  inner,
  name,
  command,
})

// A matrix with an engine and a host that has a Docker engine of its own; a machine; and the same of somebody else.
const tree = (base: number): Process[] => [
  one(base, 1, 'node', 'node main.ts matrix'),
  one(base + 1, base, 'unshare'),
  one(base + 2, base + 1, 'dockerd', 'dockerd', 1),
  one(base + 3, base + 2, 'containerd', 'containerd', 12),
  one(base + 4, base + 2, 'containerd-shim', 'containerd-shim-runc-v2', 99),
  one(base + 5, base + 4, 'systemd', '/sbin/init', 1),
  one(base + 6, base + 5, 'dockerd', 'dockerd -H fd://', 20),
  one(base + 7, base + 6, 'containerd', 'containerd', 21),
  one(base + 8, base + 7, 'containerd-shim', 'containerd-shim', 22),
  one(base + 9, base + 8, 'busybox', 'busybox sleep', 1),
  one(base + 10, base + 4, 'sh', 'sh -c out=/run/dockfault.7-1.out true', 40),
  one(base + 11, base, 'qemu-system-x86', 'qemu-system-x86_64 -name x'),
]
const all = [...tree(100), ...tree(200)]
const pids = (kind: Parameters<typeof victimsOf>[0]): number[] => victimsOf(kind, 100, all).map(({ pid }) => pid)

describe('what a chaos campaign kills', () => {
  it('comes from its own matrix, and is no process of the hosts’ own engines', () => {
    expect(pids('harness')).to.deep.equal([100])
    expect(pids('dockerd')).to.deep.equal([102])
    expect(pids('containerd')).to.deep.equal([103])
    expect(pids('shim')).to.deep.equal([104])
    expect(pids('host')).to.deep.equal([105])
    expect(pids('oom')).to.deep.equal([105])
    expect(pids('runner')).to.deep.equal([110])
    expect(pids('qemu')).to.deep.equal([111])
  })

  it('is nothing where the matrix is gone, or where a process has left it', () => {
    for (const kind of ['harness', 'dockerd', 'shim', 'qemu'] as const)
      expect(victimsOf(kind, 300, all), kind).to.deep.equal([])
    const orphaned = all.map((each) => (each.pid === 101 ? { ...each, parent: 1 } : each))
    expect(victimsOf('dockerd', 100, orphaned)).to.deep.equal([])
  })
})
