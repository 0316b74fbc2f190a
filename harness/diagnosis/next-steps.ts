import type { Death, Doubt } from '../simulate/index.ts'
import type { Owner } from '../simulate/owner.ts'

/** What to look at where a flow dies: the command that shows the thing itself, and the one that its owner has for it. */
export function nextSteps(
  { rule, setting, end }: Death,
  owner: Owner | undefined,
  boot: { file: string } | undefined,
): string[] {
  if (rule) return [...listRule(rule), ...(owner ? (byOwner[owner.who] ?? []) : [])]
  if (setting && /^net\./.test(setting.name))
    return [
      ...(boot
        ? [`${boot.file} makes it so at boot`]
        : [
            `grep -rs '${setting.name.split('.').at(-1)}' /etc/sysctl.conf /etc/sysctl.d /run/sysctl.d /usr/lib/sysctl.d /etc/systemd/network`,
          ]),
      `sysctl ${setting.name}`,
    ]
  if (setting?.name.startsWith('ip rule'))
    return ['ip rule', `ip rule del priority ${setting.name.split(' ')[2]}   # if nobody needs it`]
  if (setting?.name.startsWith('ip route')) return ['ip route show table all', 'ip rule']
  return others[end] ?? []
}

function listRule({ backend, table, chain }: NonNullable<Death['rule']>): string[] {
  const [family, name] = table.split(' ')
  const xtables =
    ['filter', 'nat', 'mangle', 'raw', 'security'].includes(name ?? '') && (family === 'ip' || family === 'ip6')
  if (backend === 'legacy') return [`${family === 'ip6' ? 'ip6tables' : 'iptables'}-legacy -t ${name} -nvL ${chain}`]
  return xtables
    ? [`${family === 'ip6' ? 'ip6tables' : 'iptables'}-nft -t ${name} -nvL ${chain} --line-numbers`]
    : [`nft -a list chain ${table} ${chain}`]
}

const byOwner: Record<string, string[]> = {
  ufw: ['ufw status verbose'],
  firewalld: ['firewall-cmd --get-active-zones', 'firewall-cmd --list-all-zones'],
  'iptables.service': ['cat /etc/iptables/rules.v4'],
  'nftables.service': ['cat /etc/nftables.conf'],
  fail2ban: ['fail2ban-client status'],
}

const others: Partial<Record<Death['end'], string[]>> = {
  'no-link': ['ip -d link', 'bridge link', 'networkctl list'],
  'no-route': ['ip rule', 'ip route show table all'],
  'no-neighbour': ['ip neigh', 'ip -d address'],
  'no-listener': ['ss -lntup', 'docker ps', 'iptables -t nat -S DOCKER'],
  unmasqueraded: ['iptables -t nat -S POSTROUTING', 'nft list ruleset'],
  'too-large': ['ip link', 'docker network inspect -f "{{.Options}}" bridge'],
}

/** The commands that would settle what is not known. */
export const settling = (doubts: readonly Doubt[]): string[] =>
  [...new Set(doubts.flatMap(({ settle }) => settle ?? []))].slice(0, 4)
