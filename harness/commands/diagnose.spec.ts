import { expect } from 'chai'
import type { LabError } from '../lib/errors.ts'
import diagnose from './diagnose.ts'

const refusal = (...args: string[]): Promise<LabError> =>
  diagnose(args, new AbortController().signal).then(
    () => expect.fail(`${args.join(' ')} was accepted`),
    (error) => error as LabError,
  )

describe('diagnose', () => {
  it('reads one source of evidence', async () => {
    const sources = { ssh: 'user@host', bundle: 'host.bundle', sos: 'report.tar.xz' }
    const pairs = [
      ['ssh', 'bundle'],
      ['ssh', 'sos'],
      ['bundle', 'sos'],
    ] as const
    for (const pair of pairs) {
      const error = await refusal(...pair.flatMap((name) => [`--${name}`, sources[name]]))
      expect(error.message).to.equal(`--${pair[0]} and --${pair[1]} exclude each other: use one`)
      expect(error.exitCode).to.equal(64)
    }
  })

  it('sends no packet where there is no host', async () => {
    for (const [source, what] of [
      ['--bundle', 'bundle'],
      ['--sos', 'sos report'],
    ] as const)
      for (const more of ['--trace', '--probe'])
        expect((await refusal(source, 'x', more)).message).to.contain(`a ${what} holds only`)
    expect((await refusal('--sos', 'x', 'more')).message).to.equal('unexpected argument: more')
  })

  it('fails with what is wrong where there is no sos report', async () => {
    expect(await refusal('--sos', '/nonexistent/report.tar.xz')).to.include({ exitCode: 2 })
    expect(await refusal('--sos', new URL('.', import.meta.url).pathname)).to.include({ exitCode: 64 })
  })
})
