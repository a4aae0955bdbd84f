/** A pod template for all tasks, and an override for one: env values are merged by name, the last one wins. */
import { defineDag } from '@davit/workflows'

const executorConfig = { podTemplateFile: 'pod-template.yaml' }

export default defineDag({ dagId: 'region', defaultArgs: { executorConfig } }, (dag) => {
  const here = dag.task('from_template', async () => ({ region: process.env.REGION ?? null }))
  dag.task(
    'from_override',
    {
      upstream: [here],
      executorConfig: {
        ...executorConfig,
        podOverride: {
          metadata: { labels: { tier: 'gold' } },
          spec: { containers: [{ name: 'base', env: [{ name: 'REGION', value: 'us' }] }] },
        },
      },
    },
    async ({ xcom }) => ({ was: (await xcom.pull(here))?.region ?? null, is: process.env.REGION ?? null }),
  )
})
