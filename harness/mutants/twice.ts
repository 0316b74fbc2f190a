import Mocha from 'mocha'

/** A spec or hook that failed, with the file it stands in. */
export interface Failure {
  title: string
  file: string
  message: string
}

// Runs the specs named as arguments twice in this process, as Stryker runs them once for each mutant, and prints what
// failed only the second time as JSON: with such a spec, every mutant would count as noticed.
const mocha = new Mocha({ timeout: 60_000, reporter: class {} as never })
mocha.cleanReferencesAfterRun(false)
for (const file of process.argv.slice(2)) mocha.addFile(file)
await mocha.loadFilesAsync()

const run = (): Promise<Failure[]> =>
  new Promise((resolve) => {
    const failures: Failure[] = []
    mocha
      .run(() => resolve(failures))
      .on('fail', (test: Mocha.Runnable, { message }: Error) =>
        failures.push({ title: test.fullTitle(), file: test.file ?? test.parent?.file ?? '', message }),
      )
  })

const first = new Set((await run()).map(({ title }) => title))
const second = (await run()).filter(({ title }) => !first.has(title))
process.stdout.write(`\n${JSON.stringify(second)}\n`, () => process.exit(0))
