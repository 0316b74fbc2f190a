import { acceptBridges, addRules } from '../../cause/accept-bridges.ts'
import { absent, defineCause, present } from '../../cause/cause.ts'
import { droppedFlows, isDropped } from '../../cause/drops.ts'
import { acceptingInDockerUser, restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'
import { oncePer } from '../../lib/once-per.ts'
import type { Drop } from '../../simulate/index.ts'
import { letOut } from '../../simulate/let-out.ts'
import { ownerOfStep } from '../../simulate/owner.ts'
import type { RuleStep } from '../../simulate/rules/index.ts'

/** A table lets out what leaves by a tunnel, and stops everything else that the host forwards. */
export const vpnKillSwitch = defineCause({
  id: 'vpn-kill-switch',
  title: 'A VPN’s kill switch stops what does not go through its tunnel',
  needs: ['links', 'rules-native'],
  byFlows: true,
  detect(facts) {
    const [first] = switchesOf(facts)
    if (!first) return absent('no table stops containers and lets out what leaves by a tunnel')
    const { rule, tunnels } = first
    const isUp = facts.links.some(({ name, up }) => up && tunnels.includes(name))
    const state = isUp
      ? 'Containers do not leave by that device.'
      : 'The host has no such device now: the VPN is not connected.'
    const words = `The table ${rule.table} looks like a VPN’s kill switch: it lets out what leaves by ${tunnels.join(', ')}, and stops whatever else the host forwards. ${state}`
    const evidence = switchesOf(facts).flatMap((each) => [
      { from: `nft list chain ${each.rule.table} ${each.rule.chain}`, line: each.rule.rule },
      { from: 'ip link', line: isUp ? `${tunnels.join(', ')} is up` : `no device ${tunnels.join(', ')} is up` },
    ])
    return present({ confidence: 'likely', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => isDropped(symptom, (drop) => tunnelsOf(drop, facts).length > 0),
  remedies: {
    'accept-bridges': {
      title: 'Accept the packets of Docker’s bridges in the kill switch, until the VPN writes it again',
      steps: (facts) => switchesOf(facts).flatMap(({ rule }) => addRules(acceptBridges(rule, facts))),
      cost: 'containers reach the internet without the VPN',
    },
  },
  temptations: {
    'accept-in-docker-user': acceptingInDockerUser({
      why: 'An ACCEPT ends only its own base chain. The VPN’s table sees the packet as well, and stops it.',
    }),
    'masquerade-by-hand': {
      title: 'Masquerade containers by hand',
      steps: (facts) => [
        `iptables -t nat -C POSTROUTING -o ${facts.uplink} -j MASQUERADE 2>/dev/null || iptables -t nat -I POSTROUTING -o ${facts.uplink} -j MASQUERADE`,
      ],
      cost: 'whatever the host forwards is masqueraded',
      when: ({ uplink }) => uplink !== '',
      why: 'The packets do not get as far as that: they end in the chain of the hook forward.',
    },
    'restart-docker': restarting({
      why: 'dockerd leaves tables that are not its own alone.',
    }),
  },
})

// How the devices of VPN programs are called. One that is down does not exist, so its kind is not known. A tap may be a
// virtual machine’s, and ppp0 the uplink.
const named = /^(wg|tun\d|proton|nordlynx|mullvad|tailscale)/
const kinds = ['wireguard', 'xfrm', 'vti']

const isTunnel = (device: string, { links }: Facts): boolean => {
  const link = links.find(({ name }) => name === device)
  return link ? kinds.includes(link.kind) || named.test(device) : named.test(device)
}

/** The tunnels by which a chain lets packets out, if it lets them out by no other device, and nobody is known to own it. */
function tunnelsOf({ rule, location }: Drop, facts: Facts): string[] {
  if (!rule || location !== 'forward' || rule.base === 'FORWARD' || ownerOfStep(rule, facts).who !== 'unknown')
    return []
  const devices = letOut(rule, facts).filter((device) => device !== 'lo')
  return devices.every((device) => isTunnel(device, facts)) ? devices : []
}

const switchesOf = oncePer((facts: Facts): { rule: RuleStep; tunnels: string[] }[] => {
  const found = droppedFlows(facts, (drop) => tunnelsOf(drop, facts).length > 0)
  const all = found.map(({ drop }) => ({ rule: drop.rule!, tunnels: tunnelsOf(drop, facts) }))
  return [...new Map(all.map((each) => [`${each.rule.table} ${each.rule.chain} ${each.rule.rule}`, each])).values()]
})
