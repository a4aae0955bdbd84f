/** Who the executor and `davit` are on the Kubernetes of the tests. */
export const executorUser = 'davit'
