/**
 * Whether a Content-Type names one of the media types, parameters aside. Several may stand in it, with commas between
 * them; letters count as they are (go-restful: Route.matchesContentType).
 */
export function includesMediaType(contentType: string | undefined, mediaTypes: readonly string[]): boolean {
  return (contentType ?? '')
    .split(',')
    .some((part) => mediaTypes.includes(part.replace(/;.*/s, '').replace(/^ +| +$/g, '')))
}
