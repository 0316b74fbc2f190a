import type { Facts } from '../evidence/facts.ts'
import { familyOf, inPrefix } from '../lib/ip.ts'
import type { Trouble } from './symptom.ts'
import { list } from './words.ts'

/** Ports published at an address that the host no longer has: no packet gets to them. */
export function lostAddresses({ docker, links, sections }: Facts): Trouble[] {
  if (sections.links?.status !== 'ok' || sections.addresses?.status !== 'ok') return []
  const has = (address: string): boolean => links.some(({ ips }) => ips.some((ip) => ip.address === address))
  return docker.containers.flatMap(({ name, published }): Trouble[] => {
    const lost = published.filter(
      ({ host }) => familyOf(host) === 4 && host !== '0.0.0.0' && !inPrefix(host, '127.0.0.0/8') && !has(host),
    )
    if (lost.length === 0) return []
    const at = list(lost.map(({ host }) => host))
    return [
      {
        group: {
          state: 'dead',
          kind: 'published',
          what: `published ports ${list(lost.map(({ port, protocol }) => `${port}/${protocol}`))} of ${name}`,
          flows: [],
          message: `they are published at ${at}, but no link of this host has that address`,
          behind: [],
          next: ['ip -br address', `docker inspect -f '{{json .HostConfig.PortBindings}}' ${name}`],
        },
      },
    ]
  })
}
