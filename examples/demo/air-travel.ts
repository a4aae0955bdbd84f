/**
 * How late do planes leave? An ETL over three real files: 20,000 flights of early 2001, the airports of the United
 * States, and the routes flown in a year. Each task runs in a pod of its own.
 */
import { readFile } from 'node:fs/promises'
import { defineDag } from '@davit/workflows'
import { barChart } from './chart.ts'
import { parseCsv } from './csv.ts'
import { type Flight, type Punctuality, punctuality, tenth } from './flights.ts'

const data = '../../node_modules/vega-datasets/data'

export default defineDag(
  {
    dagId: 'air_travel',
    description: 'Punctuality of the busiest airports, from raw files to a report',
    params: { airports: 12 },
    files: [`${data}/flights-20k.json`, `${data}/airports.csv`, `${data}/flights-airport.csv`],
    tags: ['demo'],
  },
  (dag) => {
    const extractFlights = dag.task('extract_flights', async ({ files, log }) => {
      const flights = await readFlights(files)
      const days = flights.map(({ date }) => date.slice(0, 10)).toSorted()
      log.info(`read ${flights.length} flights`)
      return { flights: flights.length, firstDay: days[0] ?? '', lastDay: days.at(-1) ?? '' }
    })

    const extractAirports = dag.task('extract_airports', async ({ files }) => {
      const flown = new Set((await readFlights(files)).map(({ origin }) => origin))
      const rows = parseCsv(await readFile(file(files, 'airports.csv'), 'utf8')).filter(({ iata }) =>
        flown.has(iata ?? ''),
      )
      return Object.fromEntries(rows.map(({ iata, name, city, state }) => [iata, { name, city, state }]))
    })

    const extractRoutes = dag.task('extract_routes', async ({ files }) => {
      const perYear: Record<string, { routes: number; flights: number }> = {}
      for (const { origin = '', count } of parseCsv(await readFile(file(files, 'flights-airport.csv'), 'utf8'))) {
        const { routes, flights } = perYear[origin] ?? { routes: 0, flights: 0 }
        perYear[origin] = { routes: routes + 1, flights: flights + Number(count) }
      }
      return perYear
    })

    const busiest = dag.task('busiest_airports', { upstream: [extractFlights] }, async ({ files, params }) => {
      const counts = Map.groupBy(await readFlights(files), ({ origin }) => origin)
      return [...counts]
        .toSorted(([a, left], [b, right]) => right.length - left.length || a.localeCompare(b))
        .slice(0, Number(params.airports))
        .map(([airport]) => airport)
    })

    const delays = dag.task('delays_of_airport', { map: busiest }, async ({ files, mapItem }) =>
      punctuality(String(mapItem), await readFlights(files)),
    )

    // What every pipeline has: a source that is not there at the first try.
    const holidays = dag.task('fetch_holidays', { retries: 2, retryDelaySeconds: 1 }, async ({ tryNumber, log }) => {
      if (tryNumber === 1)
        throw new Error('the holiday calendar answered 503 (the demo fails this task once on purpose)')
      log.info('the holiday calendar is back')
      return ['2001-01-01', '2001-01-15', '2001-02-19']
    })

    const calmDays = dag.task(
      'delays_on_holidays',
      { upstream: [holidays, extractFlights] },
      async ({ files, xcom }) => {
        const days = (await xcom.pull(holidays)) ?? []
        const flights = (await readFlights(files)).filter(({ date }) =>
          days.includes(date.slice(0, 10).replaceAll('/', '-')),
        )
        const total = flights.reduce((sum, { delay }) => sum + delay, 0)
        return { flights: flights.length, meanDelay: tenth(total / flights.length) }
      },
    )

    const joined = dag.task(
      'join_airports',
      { upstream: [delays, extractAirports, extractRoutes] },
      async ({ xcom }) => {
        const airports = (await xcom.pull(extractAirports)) ?? {}
        const routes = (await xcom.pull(extractRoutes)) ?? {}
        const measured = ((await xcom.pull(delays)) ?? []) as unknown as Punctuality[]
        return measured.map((row) => ({
          ...row,
          city: airports[row.airport]?.city ?? '',
          state: airports[row.airport]?.state ?? '',
          routesPerYear: routes[row.airport]?.routes ?? 0,
          flightsPerYear: routes[row.airport]?.flights ?? 0,
        }))
      },
    )

    const table = dag.task('table', { upstream: [joined] }, async ({ xcom }) =>
      ((await xcom.pull(joined)) ?? []).map(({ airport, meanDelay }) => `${airport} ${meanDelay}`).join('\n'),
    )

    // Any image, any language: here a shell. Values come by `env`, the result goes to the file that DAVIT_RESULT names.
    const latest = dag.container('latest_three', {
      upstream: [table],
      image: 'busybox',
      command: [
        'sh',
        '-c',
        `printf '%s\\n' "$TABLE" | sort -k2,2nr | head -n 3 | awk 'BEGIN { printf "[" } { printf "%s\\"%s\\"", (NR > 1 ? "," : ""), $1 } END { print "]" }' > "$DAVIT_RESULT"`,
      ],
      env: { TABLE: '{{ xcom.table }}' },
    })

    const chart = dag.task('chart', { upstream: [joined] }, async ({ xcom }) => {
      const rows = ((await xcom.pull(joined)) ?? []).toSorted((a, b) => b.meanDelay - a.meanDelay)
      return barChart(
        'Mean delay of departures, minutes',
        rows.map(({ airport, meanDelay }) => ({ label: airport, value: meanDelay })),
      )
    })

    dag.task('report', { upstream: [joined, latest, chart, calmDays, extractFlights] }, async ({ xcom }) => {
      const source = await xcom.pull(extractFlights)
      const rows = (await xcom.pull(joined)) ?? []
      const worst = (await xcom.pull(latest)) as unknown as string[]
      const calm = await xcom.pull(calmDays)
      return {
        markdown: [
          `# Departures of ${rows.length} busy airports`,
          '',
          `${source?.flights} flights from ${source?.firstDay} to ${source?.lastDay}. Latest on average: ${worst.join(', ')}.`,
          `On ${calm?.flights} holiday flights the mean delay was ${calm?.meanDelay} minutes.`,
          '',
          '| airport | city | flights | mean delay | late > 15 min | p90 | flights a year |',
          '|---|---|--:|--:|--:|--:|--:|',
          ...rows.map(
            (row) =>
              `| ${row.airport} | ${row.city}, ${row.state} | ${row.flights} | ${row.meanDelay} | ${row.latePercent} % | ${row.p90Delay} | ${row.flightsPerYear} |`,
          ),
          '',
          '![Mean delay](chart.svg)',
          '',
        ].join('\n'),
        svg: await xcom.pull(chart),
      }
    })
  },
)

function file(files: readonly string[], name: string): string {
  const found = files.find((path) => path.endsWith(`/${name}`))
  if (!found) throw new Error(`${name} is not among the declared files: ${files.join(', ')}`)
  return found
}

async function readFlights(files: readonly string[]): Promise<Flight[]> {
  return JSON.parse(await readFile(file(files, 'flights-20k.json'), 'utf8'))
}
