import type { Cause } from '../cause/cause.ts'

/** Every cause that `diagnose` can name, with its remedies and what does not help, as a Markdown table. */
export const causesTable = (causes: readonly Cause[]): string =>
  [
    '| cause | what is wrong | cures | does not help |',
    '| --- | --- | --- | --- |',
    ...causes.map(
      ({ id, title, remedies, temptations }) =>
        `| [\`${id}\`](../harness/causes/${id}/README.md) | ${title} | ${names(remedies)} | ${names(temptations)} |`,
    ),
  ].join('\n')

const names = (procedures: Readonly<Record<string, unknown>>): string => Object.keys(procedures).join(', ')
