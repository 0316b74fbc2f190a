import { firewalldChain } from '../cause/firewalld-chain.ts'
import type { Doubt, Drop } from '../simulate/index.ts'
import type { Owner } from '../simulate/owner.ts'

/** What to check where a flow dies: the command that shows the rule or setting, and the one that its owner offers. */
export function nextSteps(
  { rule, because, setting, end }: Pick<Drop, 'rule' | 'because' | 'setting' | 'end'>,
  owner: Owner | undefined,
  boot: { file: string } | undefined,
): string[] {
  if (rule)
    return [
      ...(because ? listRule(because) : []),
      ...listRule(rule),
      ...(owner?.who === 'firewalld' ? ofFirewalld(rule) : owner ? (byOwner[owner.who] ?? []) : []),
      ...(end === 'no-listener' ? ['ss -lntup'] : []),
      ...(setting && /^net\./.test(setting.name) ? [`sysctl ${setting.name}`] : []),
    ]
  if (setting?.value === 'down') return [`ip link set ${setting.name} up`, ...(others[end] ?? [])]
  if (setting && ['disabled', 'blocking', 'listening', 'learning'].includes(setting.value))
    return [`bridge link set dev ${setting.name} state 3   # forwarding`, 'bridge -d link']
  if (setting && /^net\./.test(setting.name))
    return [
      ...(boot
        ? [`edit ${boot.file}, which sets it at boot`]
        : [
            `grep -rs '${setting.name.split('.').at(-1)}' /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/local/lib/sysctl.d /usr/lib/sysctl.d /etc/systemd/network`,
          ]),
      `sysctl ${setting.name}`,
      ...(end === 'forwarding-off' ? [`sysctl -w ${setting.name}=1`] : []),
    ]
  if (setting?.name.startsWith('ip neigh '))
    return ['ip neigh', `ip neigh del ${setting.name.slice('ip neigh '.length)}   # somebody set it by hand`]
  const device = setting?.name.match(/^qdisc of (.*)$/)?.[1]
  if (device !== undefined)
    return [`tc -s qdisc show dev ${device}`, `tc qdisc del dev ${device} root   # if nobody needs it`]
  if (setting?.name.startsWith('ip rule') && setting.value.includes(' lookup '))
    return ['ip rule', `ip route show table ${setting.value.split(' lookup ')[1]}`]
  if (setting?.name.startsWith('ip rule'))
    return ['ip rule', `ip rule del ${setting.value} priority ${setting.name.split(' ')[2]}   # if nobody needs it`]
  const route = setting?.name.match(/^ip route (\S+) table (\S+)$/)
  if (setting && route)
    return [
      `ip route show table ${route[2]}`,
      `ip route del ${setting.value} ${route[1]} table ${route[2]}   # if nobody needs it`,
    ]
  const [, dst] = setting?.name.match(/^ip route (\S+)$/) ?? []
  if (setting && dst !== undefined && dst !== 'default')
    return ['ip route show table all', `ip route del ${dst} ${setting.value}   # if nobody needs it`]
  if (setting?.name.startsWith('ip route')) return ['ip route show table all', 'ip rule']
  return others[end] ?? []
}

function listRule({ backend, table, chain }: NonNullable<Drop['rule']>): string[] {
  const [family, name] = table.split(' ')
  const xtables =
    ['filter', 'nat', 'mangle', 'raw', 'security'].includes(name ?? '') && (family === 'ip' || family === 'ip6')
  if (backend === 'legacy') return [`${family === 'ip6' ? 'ip6tables' : 'iptables'}-legacy -t ${name} -nvL ${chain}`]
  return xtables
    ? [`${family === 'ip6' ? 'ip6tables' : 'iptables'}-nft -t ${name} -nvL ${chain} --line-numbers`]
    : [`nft -a list chain ${table} ${chain}`]
}

const zones = ['firewall-cmd --get-active-zones', 'firewall-cmd --list-all-zones']

/** What firewalld's own tool shows of a rule: its chains have the names of zones and policies. */
function ofFirewalld({ table, chain }: NonNullable<Drop['rule']>): string[] {
  // Of its own accord firewalld drops everything only while it starts.
  if (table === 'inet firewalld_policy_drop') return ['firewall-cmd --query-panic   # if yes: firewall-cmd --panic-off']
  const { policy, zone } = firewalldChain(chain)
  if (policy !== undefined) return [`firewall-cmd --policy=${policy} --list-all`]
  return zone === undefined ? zones : [`firewall-cmd --zone=${zone} --list-all`, ...zones]
}

const byOwner: Record<string, string[]> = {
  ufw: ['ufw status verbose'],
  'iptables.service': ['cat /etc/iptables/rules.v4'],
  'nftables.service': ['cat /etc/nftables.conf'],
  fail2ban: ['fail2ban-client status'],
}

const others: Partial<Record<Drop['end'], string[]>> = {
  'no-link': ['ip -d link', 'bridge link', 'networkctl list'],
  'no-route': ['ip rule', 'ip route show table all'],
  'no-neighbour': ['ip neigh', 'ip -d address'],
  'no-listener': ['ss -lntup', 'docker ps', 'iptables -t nat -S DOCKER'],
  unmasqueraded: ['iptables -t nat -S POSTROUTING', 'nft list ruleset'],
  'too-large': ['ip link', 'docker network inspect -f "{{.Options}}" bridge'],
}

/** The commands that would settle some doubts. */
export const settling = (doubts: readonly Doubt[]): string[] =>
  [...new Set(doubts.flatMap(({ settle }) => settle ?? []))].slice(0, 4)
