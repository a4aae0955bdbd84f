/** One flight of `flights-20k.json`: minutes late (negative: early), miles flown. */
export interface Flight {
  readonly date: string
  readonly delay: number
  readonly distance: number
  readonly origin: string
  readonly destination: string
}

/** How punctual the departures from one airport were. Delays in minutes, rounded to a tenth. */
export interface Punctuality {
  readonly airport: string
  readonly flights: number
  readonly meanDelay: number
  /** Share of flights more than 15 minutes late, in percent. */
  readonly latePercent: number
  /** Nine in ten flights were no later than this. */
  readonly p90Delay: number
}

export function punctuality(airport: string, flights: readonly Flight[]): Punctuality {
  const delays = flights.filter(({ origin }) => origin === airport).map(({ delay }) => delay)
  const sorted = delays.toSorted((a, b) => a - b)
  return {
    airport,
    flights: delays.length,
    meanDelay: tenth(delays.reduce((sum, delay) => sum + delay, 0) / delays.length),
    latePercent: tenth((100 * delays.filter((delay) => delay > 15).length) / delays.length),
    p90Delay: sorted[Math.ceil(0.9 * sorted.length) - 1] ?? 0,
  }
}

export function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
