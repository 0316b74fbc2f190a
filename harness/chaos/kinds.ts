/** The providers that can be struck. */
export const providers = ['container', 'qemu', 'vagrant'] as const
export type ProviderName = (typeof providers)[number]

/** Everything that can be done to a running matrix, and the providers on which it can be done. */
export const kinds = {
  harness: { what: 'kill -9 of the matrix itself', on: ['container', 'qemu', 'vagrant'] },
  dockerd: { what: 'kill -9 of the private dockerd', on: ['container'] },
  containerd: { what: 'kill -9 of its containerd', on: ['container'] },
  shim: { what: 'kill -9 of the shim of a container host', on: ['container'] },
  host: { what: 'kill -9 of the first process of a container host', on: ['container'] },
  runner: { what: 'kill -9 of what runs a script on a host', on: ['container', 'qemu'] },
  qemu: { what: 'kill -9 of a virtual machine', on: ['qemu', 'vagrant'] },
  agent: { what: 'kill -9 of the guest agent', on: ['qemu'] },
  'disk-full': { what: 'no space for a while on the disk of hosts and reports', on: ['container', 'qemu'] },
  'slow-disk': { what: 'that disk does not answer for a while', on: ['container', 'qemu'] },
  clock: { what: "the harness's clock jumps by an hour", on: ['container', 'qemu', 'vagrant'] },
  'guest-clock': { what: "the guest's clock jumps by an hour", on: ['qemu'] },
  oom: { what: 'a host runs out of memory', on: ['container', 'qemu'] },
} as const satisfies Record<string, { what: string; on: readonly ProviderName[] }>

export type Kind = keyof typeof kinds

/** The kinds of a provider. */
export const kindsOf = (provider: ProviderName): Kind[] =>
  (Object.keys(kinds) as Kind[]).filter((kind) => (kinds[kind].on as readonly ProviderName[]).includes(provider))

/** Whether the harness itself ends by it, so that the run has to be resumed. */
export const endsHarness = (kind: Kind): boolean => kind === 'harness'
