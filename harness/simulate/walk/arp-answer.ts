import type { LinkFact } from '../../evidence/facts.ts'
import { familyOf, inPrefix } from '../../lib/ip.ts'
import type { Setting } from '../flow.ts'
import { eitherSetting, insideOf, largerSetting, type Stack, setting } from '../stack.ts'
import { wrongSource } from './source-check.ts'

/** Why a request gets no answer: no message where the address is not the stack's own. */
export interface Silence {
  message?: string
  /** The setting that suppresses the answer. */
  setting?: Setting
}

/**
 * Why a stack does not answer a request on one of its links for the hardware address of `sought`; undefined where it
 * answers. Source: linux/net/ipv4/arp.c, arp_process.
 */
export function silence(stack: Stack, link: LinkFact, source: string, sought: string): Silence | undefined {
  if (familyOf(sought) === 6) return link.ips.some(({ address }) => address === sought) ? undefined : {}
  const who = stack.name === '' ? 'the host' : stack.name
  const mute = (why: string): Silence => ({ message: `${who} does not answer for ${sought} on ${link.name}: ${why}` })
  const setTo = (name: string, value: number): Pick<Silence, 'setting'> => ({
    setting: { name: `net.ipv4.conf.${link.name}.${name}`, value: String(value), ...insideOf(stack) },
  })
  if (inPrefix(sought, '127.0.0.0/8') && !eitherSetting(stack, link.name, 'route_localnet')) return {}
  const key = {
    source,
    destination: sought,
    input: link.name,
    mark: 0,
    protocol: 'arp',
    sourcePort: 0,
    destinationPort: 0,
  }
  const [found] = stack.fib[4].lookup(key)
  const { type, route } = found!
  if (type === 'local') {
    if (link.noarp) return mute(`ARP is off for ${link.name}`)
    const wrong = source === '0.0.0.0' ? undefined : wrongSource(stack, { ...key, family: 4 }, 'lo')
    if (wrong) return mute(wrong.message)
    const ignore = largerSetting(stack, link.name, 'arp_ignore')
    if (ignores(stack, link, ignore, source, sought))
      return { ...mute(`arp_ignore is ${ignore}`), ...setTo('arp_ignore', ignore) }
    return filters(stack, link, source, sought)
      ? { ...mute(`arp_filter is 1, and its route to ${source} is not by ${link.name}`), ...setTo('arp_filter', 1) }
      : undefined
  }
  // Source: arp_fwd_proxy: the stack answers for what is behind another of its devices.
  const proxies = type === 'unicast' && eitherSetting(stack, link.name, 'proxy_arp') && route?.dev !== link.name
  if (!proxies || link.noarp || setting(stack, link.name, 'forwarding') === 0) return {}
  const wrong = wrongSource(stack, { ...key, family: 4 }, route?.dev ?? '')
  return wrong && mute(wrong.message)
}

/** Source: linux/net/ipv4/arp.c, arp_ignore, and devinet.c, inet_confirm_addr. */
function ignores({ links }: Stack, { ips }: LinkFact, value: number, source: string, sought: string): boolean {
  const own = ips.filter(({ family }) => family === 4)
  const has = own.some(({ address }) => address === sought)
  switch (value) {
    case 1:
      return !has
    case 2:
      return (
        !has ||
        !own.some(
          ({ address, prefix }) => inPrefix(source, `${address}/${prefix}`) && inPrefix(sought, `${address}/${prefix}`),
        )
      )
    case 3:
      return ![...links.values()].some((link) => link.ips.some((ip) => ip.address === sought && ip.scope !== 'host'))
    case 8:
      return true
    default:
      return false
  }
}

/**
 * Source: linux/net/ipv4/arp.c, arp_filter: the route to the sender of the request has to use the link on which the
 * request came.
 */
function filters(stack: Stack, link: LinkFact, source: string, sought: string): boolean {
  if (!eitherSetting(stack, link.name, 'arp_filter') || source === '0.0.0.0') return false
  const [found] = stack.fib[4].lookup({
    source: sought,
    destination: source,
    input: 'lo',
    mark: 0,
    protocol: '',
    sourcePort: 0,
    destinationPort: 0,
  })
  return found?.type !== 'unicast' || found.route?.dev !== link.name
}
