import { decodeHtmlEntities } from './html-entities.ts'
import { transliterate } from './transliterate.ts'

/**
 * Lower-case ASCII words joined by single dashes: `90AçLb…` is `90aclb…`, `1,000` is `1000`, `½` is `1-2`. Empty when
 * nothing is left. The results of python-slugify with text-unidecode, which Airflow makes its names with.
 */
export function slug(text: string): string {
  const ascii = transliterate(text.replace(/'+/g, '-').normalize('NFKD'))
  return (
    decodeHtmlEntities(ascii)
      .normalize('NFKD')
      .toLowerCase()
      .replace(/'+/g, '')
      // Separators of thousands.
      .replace(/(?<=\d),(?=\d)/g, '')
      .replace(/[^-a-z0-9]+/g, '-')
      .replace(/-{2,}/g, '-')
      .replace(/^-|-$/g, '')
  )
}
