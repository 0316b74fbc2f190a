import { parsePrefix } from '../../lib/ip.ts'
import type { Endpoint } from './endpoint.ts'

/** What a word of the evidence stands for: one network (by its number); `as` is the part of that network. */
export interface Word {
  of: number
  as: string
  /** An address of the network that no packet between the two endpoints carries. */
  idle: boolean
}

const separators = /[^\s,!"'=;|{}()[\]]+/g

/**
 * The words that name networks: their devices, hardware addresses and addresses. All other words are common to all
 * networks.
 */
export class Words {
  /** Networks whose words do not distinguish them from others. */
  readonly odd = new Set<number>()
  private readonly names = new Map<string, Word>()
  private readonly subnets = new Map<string, number>()
  private readonly lengths = new Set<number>()
  private readonly known = new Map<string, Word | undefined>()
  /** Common prefixes by length and bits, common ranges, and prefixes of names. */
  private readonly prefixes = new Map<string, string>()
  private readonly prefixLengths = new Set<number>()
  private readonly ranges = new Map<string, readonly [number, number]>()
  private readonly beginnings = new Set<string>()
  private readonly endpoints: readonly Endpoint[]

  constructor(endpoints: readonly Endpoint[]) {
    this.endpoints = endpoints
    for (const [of, { network, bridge, port, link }] of endpoints.entries()) {
      this.name(bridge.name, { of, as: '<bridge>', idle: false })
      this.name(port.name, { of, as: '<port>', idle: false })
      this.name(bridge.mac, { of, as: '<bridge mac>', idle: false })
      this.name(port.mac, { of, as: '<port mac>', idle: false })
      this.name(link.mac, { of, as: '<mac>', idle: false })
      this.subnet(network.subnet, of)
    }
    // A subnet within another subnet belongs to both networks.
    for (const [of, { network }] of endpoints.entries()) {
      const { bits, length } = parsePrefix(network.subnet)!
      for (const shorter of this.lengths) {
        const other = shorter < length ? this.subnets.get(keyOf(Number(bits), shorter)) : undefined
        if (other !== undefined) this.odd.add(of).add(other)
      }
    }
  }

  private name(name: string, word: Word): void {
    if (name === '') return
    const other = this.names.get(name)
    if (other && other.of !== word.of) this.odd.add(other.of).add(word.of)
    // A bridge has the hardware address of one of its ports.
    else if (!other) this.names.set(name, word)
  }

  private subnet(subnet: string, of: number): void {
    const { bits, length } = parsePrefix(subnet)!
    const key = keyOf(Number(bits), length)
    const other = this.subnets.get(key)
    if (other !== undefined) this.odd.add(other).add(of)
    this.subnets.set(key, of)
    this.lengths.add(length)
  }

  /** What one word stands for; undefined where it is common to all networks. */
  wordOf(text: string): Word | undefined {
    if (this.known.has(text)) return this.known.get(text)
    const word = this.names.get(text) ?? this.addressWord(text) ?? this.inner(text)
    this.known.set(text, word)
    return word
  }

  private addressWord(text: string): Word | undefined {
    const prefix = text.includes('.') ? parsePrefix(text) : undefined
    if (prefix?.family !== 4) {
      this.learn(text)
      return undefined
    }
    const bits = Number(prefix.bits)
    for (const length of this.lengths) {
      const of = length <= prefix.length ? this.subnets.get(keyOf(bits, length)) : undefined
      if (of === undefined) continue
      const { address, bridge, network } = this.endpoints[of]!
      const inside = (own: string): boolean =>
        keyOf(Number(parsePrefix(own)!.bits), prefix.length) === keyOf(bits, prefix.length)
      const used = inside(address) ? 'member' : ''
      const ends = bridge.ips.filter(({ family }) => family === 4).some((own) => inside(own.address))
      const gateway = ends || (network.gateway !== '' && inside(network.gateway)) ? 'gateway' : ''
      const offset = bits - Number(parsePrefix(network.subnet)!.bits)
      const whole = prefix.length === 32 && (used !== '' || gateway !== '')
      const as = `<${whole ? '' : `${offset}/${prefix.length}`} ${used} ${gateway}>`
      return { of, as, idle: used === '' && gateway === '' }
    }
    this.prefixes.set(keyOf(bits, prefix.length), text)
    this.prefixLengths.add(prefix.length)
    return undefined
  }

  /** Notes what a common word may cover: many names, or a range of addresses. */
  private learn(text: string): void {
    if (/[+*]$/.test(text)) this.beginnings.add(text.slice(0, -1))
    const [low, high] = text.split('-').map((each) => parsePrefix(each))
    if (low?.family === 4 && high?.family === 4) this.ranges.set(text, [Number(low.bits), Number(high.bits)])
  }

  /** An address with a port, or a name that holds another name: `10.0.0.2:80`, `forward__br-1`. */
  private inner(text: string): Word | undefined {
    for (const part of text.split(/__|:(?=\d+$)|(?<=\d)-(?=\d+\.)/)) {
      const word = part === text ? undefined : this.wordOf(part)
      if (word) return { ...word, as: text.replace(part, word.as), idle: false }
    }
    return undefined
  }

  /** A text whose words are replaced by what they stand for, and the networks that it names. */
  read(text: string): { text: string; of: number[] } {
    const of: number[] = []
    const read = text.replaceAll(separators, (part) => {
      const word = this.wordOf(part)
      if (word && !of.includes(word.of)) of.push(word.of)
      return word ? word.as : part
    })
    return { text: read, of }
  }

  /**
   * The common words that cover a network's addresses and names; a range that covers only some makes the network
   * unique.
   */
  takenIn(of: number): string[] {
    const { network, bridge, port } = this.endpoints[of]!
    const { bits, length } = parsePrefix(network.subnet)!
    const low = Number(bits)
    const high = low + 2 ** (32 - length) - 1
    const taken: string[] = []
    for (const shorter of this.prefixLengths) {
      const found = shorter < length ? this.prefixes.get(keyOf(low, shorter)) : undefined
      if (found !== undefined) taken.push(found)
    }
    for (const [text, [from, to]] of this.ranges) {
      if (from <= low && to >= high) taken.push(text)
      else if (from <= high && to >= low) this.odd.add(of)
    }
    for (const name of this.beginnings) {
      if (bridge.name.startsWith(name)) taken.push(`bridge ${name}`)
      if (port.name.startsWith(name)) taken.push(`port ${name}`)
    }
    return taken.sort()
  }
}

const keyOf = (bits: number, length: number): string => `${length} ${Math.floor(bits / 2 ** (32 - length))}`
