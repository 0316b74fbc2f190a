import { settersAtBoot } from '../../cause/boot-setting.ts'
import { absent, defineCause, present } from '../../cause/cause.ts'
import { isDropped } from '../../cause/drops.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts, RouteFact } from '../../evidence/facts.ts'
import { familyOf } from '../../lib/ip.ts'
import { acceptRa, ignoredUplink, ignoresAdvertisements, uplink6 } from '../../simulate/flows6.ts'
import type { Drop, Flow } from '../../simulate/index.ts'

/**
 * The host forwards IPv6, so the kernel ignores router advertisements, and the default route that came by them is gone.
 * Source: linux, Documentation/networking/ip-sysctl.rst, accept_ra.
 */
export const routerAdvertisementsIgnored = defineCause({
  id: 'router-advertisements-ignored',
  title: 'The host forwards IPv6, and so ignores the advertisements that gave it its default route',
  needs: ['sysctls', 'addresses', 'routes6', 'boot-files'],
  detect(facts) {
    const device = ignoringDevice(facts)
    if (device === undefined) return absent('the host needs no router advertisements for IPv6, or accepts them')
    const route = advertisedRoute(facts)
    const why = `net.ipv6.conf.all.forwarding is 1, as dockerd sets it for a network with IPv6, and ${acceptRa(device)} is 1: the kernel ignores router advertisements on ${device}`
    return present({
      confidence: 'certain',
      active: `${why}, and the host has no default route by IPv6 any more.`,
      latent: `${why}, and the host’s default route by IPv6, which came by them, goes when its lifetime ends.`,
      evidence: [
        ...['net.ipv6.conf.all.forwarding', acceptRa(device)].map((name) => ({
          from: `sysctl ${name}`,
          line: `${name} = ${facts.sysctls[name]}`,
        })),
        {
          from: 'ip -6 route show default',
          line: route ? `default via ${route.gateway} dev ${device} proto ra` : 'no default route',
        },
      ],
    })
  },
  explains: (symptom) => isDropped(symptom, isWithoutRoute),
  remedies: {
    'accept-advertisements': {
      title: 'Accept advertisements while forwarding, now and at boot; the route comes with the next one',
      steps: (facts) => {
        const name = acceptRa(ignoringDevice(facts) ?? facts.uplink)
        return [
          `echo '${name} = 2' >/etc/sysctl.d/zz-router-advertisements.conf`,
          `sysctl -w ${name}=2`,
          // Many advertise every few seconds to minutes, some every half an hour only. Source: RFC 4861, section 6.2.1.
          'for attempt in $(seq 60); do ip -6 route show default | grep -q . && break; sleep 1; done',
        ]
      },
      // A file that is read later would set it back.
      when: (facts) => {
        const device = ignoringDevice(facts)
        return device !== undefined && settersAtBoot({ name: acceptRa(device), value: '1' }, facts).length === 0
      },
      cost: 'none',
    },
  },
  temptations: {
    'accept-forward': {
      title: 'Set the policy of FORWARD to ACCEPT for IPv6',
      steps: () => ['ip6tables -P FORWARD ACCEPT'],
      why: 'No rule drops the packets. The host has no route for them.',
      cost: 'the host forwards for anyone',
    },
    'restart-docker': restarting({ why: 'dockerd turns forwarding on, and leaves accept_ra alone.' }),
  },
})

/**
 * The default route that the kernel has from an advertisement, where there is no other. Network managers that read
 * advertisements themselves turn accept_ra off.
 */
function advertisedRoute({ routes6 }: Facts): RouteFact | undefined {
  const routes = routes6.filter(({ dst, type, table }) => dst === 'default' && type === 'unicast' && table === 'main')
  return routes.every(({ protocol }) => protocol === 'ra') ? routes[0] : undefined
}

/** The link that ignores advertisements on which the host's IPv6 depends; undefined where none does. */
function ignoringDevice(facts: Facts): string | undefined {
  if (uplink6(facts) === undefined) return ignoredUplink(facts)
  const device = advertisedRoute(facts)?.dev
  return device !== undefined && ignoresAdvertisements(device, facts.sysctls) ? device : undefined
}

const isWithoutRoute = ({ end, way }: Drop, { address, kind }: Flow): boolean =>
  end === 'no-route' && way === 'out' && kind === 'egress' && familyOf(address) === 6
