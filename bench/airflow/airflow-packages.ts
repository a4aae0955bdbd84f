import type { PythonPackages } from '../../test/python/python-environment.ts'

/** Airflow with its provider for Kubernetes, and the drivers of PostgreSQL. */
export const airflowPackages: PythonPackages = {
  name: 'airflow',
  what: 'Airflow',
  requirements: new URL('requirements.txt', import.meta.url),
}
