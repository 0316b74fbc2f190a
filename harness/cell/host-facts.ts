import type { Facts } from '../evidence/facts.ts'
import type { Host } from '../hosts/host.ts'
import type { HostFacts } from '../results/record.ts'
import type { FactExpectation } from '../scenario/schema.ts'

/** The few facts of a host that a record keeps. */
export const hostFacts = ({ system, docker, iptables }: Facts): HostFacts => ({
  kernel: system.kernel,
  bootId: system.bootId,
  os: system.os,
  docker: docker.server,
  iptables: iptables.version,
  alternative: iptables.binary,
})

// What Docker's network depends on.
const packages =
  'docker.io docker-cli containerd runc iptables libxtables12 libnftnl11 nftables firewalld systemd iproute2 libc6 dnsmasq-base'

/** The versions of the packages on which Docker's network depends; empty where there is no dpkg. */
export async function packagesOf(host: Host): Promise<Record<string, string>> {
  // dpkg-query fails where one of them is not there, and prints the others.
  const { stdout } = await host.exec(`dpkg-query -W -f '\${Package} \${Version}\n' ${packages} 2>/dev/null`)
  const lines = stdout.split('\n').map((line) => line.split(' '))
  return Object.fromEntries(lines.filter(([, version]) => version).map(([name, version]) => [name!, version!]))
}

/** The facts that a fix had to change, or to leave unchanged, and did not; one sentence each. */
export function factDifferences(wanted: FactExpectation, before: Facts, after: Facts): string[] {
  const [was, is] = [hostFacts(before), hostFacts(after)]
  const newest = after.trees.at(-1)?.kernel
  return Object.entries(wanted).flatMap(([name, want]) => {
    const key = name as keyof HostFacts
    const held = { changed: was[key] !== is[key], unchanged: was[key] === is[key], newest: is[key] === newest }[want!]
    return held
      ? []
      : [`${key}: expected ${want === 'newest' ? `the newest, ${newest}` : want}, was ${was[key]}, is ${is[key]}`]
  })
}
