/** What a bisection was to search, and what it learned of the versions before any host ran. */
export interface BisectRecord {
  /** The scenario with its variant. */
  scenario: string
  /** The word for `--over`, and its versions, oldest first. */
  axis: string
  versions: string[]
  /** How many versions it observes where nothing differs. */
  most: number
  /** The host, on an axis that leaves it to the user. */
  host?: string
  /** Versions that could not be had or built, each with the reason; absent until that is known. */
  skipped?: Record<string, string>
  /** Versions that are not the release itself, each with what they are. */
  notes?: Record<string, string>
  /** The answers of a test of each version alone, without a host: `sound`, or what it answered. */
  tests?: Record<string, Record<string, string>>
}
