/** A horizontal bar chart as SVG text. */
export function barChart(title: string, bars: readonly { readonly label: string; readonly value: number }[]): string {
  const row = 24
  const longest = Math.max(...bars.map(({ value }) => value))
  const lines = bars.map(({ label, value }, index) => {
    const y = 40 + index * row
    const width = Math.round((300 * value) / longest)
    return [
      `  <text x="92" y="${y + 13}" text-anchor="end">${escapeXml(label)}</text>`,
      `  <rect x="100" y="${y}" width="${width}" height="${row - 6}" fill="#3b6ea5"/>`,
      `  <text x="${106 + width}" y="${y + 13}">${value}</text>`,
    ].join('\n')
  })
  const height = 50 + bars.length * row
  return `<svg xmlns="http://www.w3.org/2000/svg" width="480" height="${height}" font-family="sans-serif" font-size="12">
  <text x="10" y="22" font-size="15">${escapeXml(title)}</text>
${lines.join('\n')}
</svg>
`
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
