/** What came over the wire is not what an API server sends. Its message says so in a few words, and quotes nothing. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer'
}
