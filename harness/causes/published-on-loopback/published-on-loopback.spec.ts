import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../../evidence/facts.ts'
import { publishedOnLoopback } from './cause.ts'

const bundle = new URL('../rules-flushed/evidence/well/debian12-healthy.bundle', import.meta.url)
const healthy = readFacts(readFileSync(bundle, 'utf8'))

/** The host with probe-user's port on loopback alone, requested for an address or for none, and an option of its network. */
function bound(requested: string, option: Record<string, string>): Facts {
  const isOwn = ({ name }: { name: string }): boolean => name === 'probe-user'
  const { docker, listeners } = healthy
  return {
    ...healthy,
    // The DNAT rule and the proxy of a port on loopback serve that address.
    listeners: listeners.map((each) => (each.port === 8081 ? { ...each, address: '127.0.0.1' } : each)),
    nft: healthy.nft.map((chain) => ({
      ...chain,
      rules: chain.rules.filter(({ expr }) => !JSON.stringify(expr).includes('8081')),
    })),
    xtables: {
      ...healthy.xtables,
      nft: {
        ...healthy.xtables.nft,
        rules: healthy.xtables.nft.rules.filter(({ text }) => !text.includes('--dport 8081')),
      },
    },
    docker: {
      ...docker,
      containers: docker.containers.map((own) =>
        isOwn(own)
          ? {
              ...own,
              published: own.published.map((each) => ({ ...each, host: '127.0.0.1' })),
              requested: own.requested.map((each) => ({ ...each, host: requested })),
            }
          : own,
      ),
      networks: docker.networks.map((own) => (own.name === 'probe-a' ? { ...own, options: option } : own)),
    },
  }
}

describe('a port that is published on loopback', () => {
  const option = { 'com.docker.network.bridge.host_binding_ipv4': '127.0.0.1' }

  it('is so by an option of its network, where the user named no address', () => {
    const found = publishedOnLoopback.detect(bound('', option))
    expect(found.answer).to.equal('present')
    expect(JSON.stringify(found)).to.contain('host_binding_ipv4=127.0.0.1 of the network probe-a')
    // No measured remedy makes such a network again.
    expect(publishedOnLoopback.remedies['remove-ip']!.when!(bound('', option))).to.equal(false)
  })

  it('is as the user wants it, where the user named that address', () =>
    expect(publishedOnLoopback.detect(bound('127.0.0.1', option)).answer).to.equal('absent'))

  it('is not so by an option for all addresses', () =>
    expect(
      publishedOnLoopback.detect(bound('', { 'com.docker.network.bridge.host_binding_ipv4': '0.0.0.0' })).answer,
    ).to.equal('absent'))
})
