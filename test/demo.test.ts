import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DavitRun, runDavit } from './support/run-davit.ts'

/*
 * The demo's numbers against a second computation from the same files, written without the demo's code: other data
 * structures, other CSV reading, whole-number arithmetic where the demo uses fractions.
 */

const data = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../node_modules/vega-datasets/data/${name}`, import.meta.url)), 'utf8')

type Row = [date: string, delay: number, origin: string]
const flights: Row[] = [
  ...data('flights-20k.json').matchAll(/"date":"([^"]+)","delay":(-?\d+),"distance":\d+,"origin":"(\w+)"/g),
].map(([, date = '', delay, origin = '']) => [date, Number(delay), origin])

const byOrigin = new Map<string, number[]>()
for (const [, delay, origin] of flights) byOrigin.set(origin, [...(byOrigin.get(origin) ?? []), delay])
const busiest = [...byOrigin.keys()]
  .sort((a, b) => (byOrigin.get(b)?.length ?? 0) - (byOrigin.get(a)?.length ?? 0) || (a < b ? -1 : 1))
  .slice(0, 12)

/** Rounded half up, as the demo does, but in whole numbers: `total / count` to a tenth. */
const tenths = (total: number, count: number) => Math.floor((20 * total + count) / (2 * count)) / 10

function expectedRow(airport: string) {
  const delays = byOrigin.get(airport) ?? []
  const histogram = new Map<number, number>()
  for (const delay of delays) histogram.set(delay, (histogram.get(delay) ?? 0) + 1)
  let below = 0
  const p90 = [...histogram]
    .sort(([a], [b]) => a - b)
    .find(([, count]) => {
      below += count
      return below * 10 >= delays.length * 9
    })?.[0]
  const routes = data('flights-airport.csv')
    .split(/\r?\n/)
    .filter((line) => line.startsWith(`${airport},`))
  const airportLine =
    data('airports.csv')
      .split(/\r?\n/)
      .find((line) => line.startsWith(`${airport},`)) ?? ''
  return {
    airport,
    flights: delays.length,
    meanDelay: tenths(
      delays.reduce((a, b) => a + b),
      delays.length,
    ),
    latePercent: tenths(100 * delays.filter((delay) => delay >= 16).length, delays.length),
    p90Delay: p90,
    city: airportLine.split(',').at(-5),
    state: airportLine.split(',').at(-4),
    routesPerYear: routes.length,
    flightsPerYear: routes.map((line) => Number(line.split(',')[2])).reduce((a, b) => a + b, 0),
  }
}

describe('the demo', () => {
  let run: DavitRun
  beforeAll(async () => {
    run = await runDavit(['run', 'examples/demo/air-travel.ts', '--json'])
  }, 60_000)

  const result = (taskId: string) => run.json.tasks.find((task) => task.taskId === taskId && task.mapIndex < 0)?.result

  it('succeeds, every task in a pod of its own', () => {
    expect([run.exitCode, run.json.state], run.stderr).toEqual([0, 'success'])
    const pods = run.json.tasks.map(({ podName }) => podName)
    expect(new Set(pods).size).toBe(pods.length)
  })

  it('has 8 to 14 tasks, one of them mapped to 12 instances', () => {
    const ids = Map.groupBy(run.json.tasks, ({ taskId }) => taskId)
    expect(ids.size).toBeGreaterThanOrEqual(8)
    expect(ids.size).toBeLessThanOrEqual(14)
    expect(ids.get('delays_of_airport')?.map(({ mapIndex }) => mapIndex)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ])
  })

  it('retries the one task that fails once, and only that', () => {
    const tries = run.json.tasks
      .filter(({ tryNumber }) => tryNumber !== 1)
      .map(({ taskId, tryNumber }) => [taskId, tryNumber])
    expect(tries).toEqual([['fetch_holidays', 2]])
  })

  it('reads all flights', () => {
    expect(flights).toHaveLength(20_000)
    const days = flights.map(([date]) => date.slice(0, 10)).sort()
    expect(result('extract_flights')).toEqual({ flights: 20_000, firstDay: days[0], lastDay: days.at(-1) })
  })

  it('measures and joins the busiest airports', () => {
    expect(result('busiest_airports')).toEqual(busiest)
    expect(result('join_airports')).toEqual(busiest.map(expectedRow))
  })

  it('finds the latest three in a shell', () => {
    const worst = busiest
      .map(expectedRow)
      .sort((a, b) => b.meanDelay - a.meanDelay)
      .slice(0, 3)
    expect(result('latest_three')).toEqual(worst.map(({ airport }) => airport))
  })

  it('measures the holidays', () => {
    const calm = flights.filter(([date]) => ['2001/01/01', '2001/01/15', '2001/02/19'].includes(date.slice(0, 10)))
    expect(result('delays_on_holidays')).toEqual({
      flights: calm.length,
      meanDelay: tenths(
        calm.reduce((sum, [, delay]) => sum + delay, 0),
        calm.length,
      ),
    })
  })

  it('reports them in Markdown, with a chart', () => {
    const { markdown, svg } = result('report') as { markdown: string; svg: string }
    for (const { airport, city, state, flights, meanDelay, latePercent, p90Delay, flightsPerYear } of busiest.map(
      expectedRow,
    )) {
      expect(markdown).toContain(
        `| ${airport} | ${city}, ${state} | ${flights} | ${meanDelay} | ${latePercent} % | ${p90Delay} | ${flightsPerYear} |`,
      )
    }
    expect(svg.match(/<rect /g)).toHaveLength(12)
    expect(svg).toMatch(/^<svg .*<\/svg>\n$/s)
  })
})
