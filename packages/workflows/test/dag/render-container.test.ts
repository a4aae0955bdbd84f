import { describe, expect, it } from 'vitest'
import { renderContainer, xcomReferences } from '../../src/dag/render-container.ts'
import type { TemplateScope } from '../../src/dag/template-engine.ts'

const scope: TemplateScope = {
  params: { region: 'EU', none: null, odd: `it's "$HOME" $(X) $$\nü`, list: [1, { a: 'b' }], big: 'x'.repeat(70_000) },
  xcom: { sum: { rows: 3, deep: { x: [true] } }, 'my-task': { n: 1 }, 'a.b': 2, nothing: null },
  dag_id: 'sales',
  task_id: 'report',
  run_id: 'manual__2026',
  logical_date: '2026-01-01T00:00:00+00:00',
  map_item: { file: 'a.csv' },
}

function render(text: string) {
  const rendered = renderContainer({ image: '{{ no }}', command: null, args: null, env: { V: text } }, scope)
  return rendered.ok
    ? rendered.container.env.V
    : rendered.problems.map(({ path, message }) => [path.join('.'), message])
}

describe('renderContainer', () => {
  it.each([
    ['no template, $(A) and $$', 'no template, $(A) and $$'],
    ['{{ params.region }}/{{ dag_id }}/{{ task_id }}/{{ run_id }}', 'EU/sales/report/manual__2026'],
    ['{{ logical_date }} {{ map_item.file }}', '2026-01-01T00:00:00+00:00 a.csv'],
    ['{{ xcom.sum.rows }} {{ xcom.sum }}', '3 {"rows":3,"deep":{"x":[true]}}'],
    ['{{ xcom["my-task"].n }} {{ xcom.my-task.n }} {{ xcom["a.b"] }}', '1 1 2'],
    ['{{ params.list }} {{ params.list[1].a }} {{ params.list.size }}', '[1,{"a":"b"}] b 2'],
    ['[{{ params.none }}{{ xcom.nothing }}]', '[]'],
    ['{{ params.odd }}', `it's "$$HOME" $$(X) $$$$\nü`],
    ['{% for n in params.list %}{{ n }};{% endfor %}', '1;{"a":"b"};'],
    ['{% if xcom.sum.absent %}a{% else %}b{% endif %}', 'b'],
    ['{{ xcom.sum.absent | default: "none" }} {{ params.region | downcase }}', 'none eu'],
    ['{% raw %}{{ x }}{% endraw %}', '{{ x }}'],
    ['{{ params.region | json }}', '"EU"'],
  ])('%s', (text, expected) => {
    expect(render(text)).toBe(expected)
  })

  it.each([
    ['{{ params.nope }}', 'undefined variable: params.nope, column 4'],
    ['{{ xcom.sum.rowz }}', 'undefined variable: xcom.sum.rowz, column 4'],
    ['{{ params.constructor }}', 'undefined variable: params.constructor, column 4'],
    ['{{ xcom.sum.__proto__ }}', 'undefined variable: xcom.sum.__proto__, column 4'],
    ['{{ params.region | nope }}', 'undefined filter: nope, column 1'],
    ['{{ params.odd | raw }}', 'undefined filter: raw, column 1'],
    ['{{ params.odd', 'output "{{ params.odd" not closed, column 1'],
    ['{% include "/etc/passwd" %}', 'tag "include" not found, column 1'],
    ['{% render "x" %}', 'tag "render" not found, column 1'],
    ['{% layout "x" %}', 'tag "layout" not found, column 1'],
    ['a\0{{ dag_id }}', 'the value has a NUL character'],
    ['{{ params.big }}{{ params.big }}', 'the value has 140000 bytes'],
  ])('refuses %j', (text, message) => {
    expect(render(text)).toEqual([['env.V', message]])
  })

  it('stops a template that would not end', () => {
    const text = `{% for a in (1..100000000) %}{% for b in (1..100000000) %}{% endfor %}{% endfor %}`
    expect(render(text)).toEqual([['env.V', expect.stringMatching(/limit exceeded/)]])
  })

  it('renders command and args too, reports every problem, and leaves the image alone', () => {
    const env = { A: '{{ a }}' }
    const wrong = renderContainer({ image: 'x', command: ['{{ b }}'], args: ['ok', '{{ c }}'], env }, scope)
    expect(wrong.ok ? [] : wrong.problems.map(({ path }) => path)).toEqual([
      ['command', 0],
      ['args', 1],
      ['env', 'A'],
    ])
    const container = { image: '{{ dag_id }}', command: ['echo'], args: ['{{ dag_id }}'], env: {} }
    expect(renderContainer(container, scope)).toEqual({
      ok: true,
      container: { image: '{{ dag_id }}', command: ['echo'], args: ['sales'], env: {} },
    })
  })
})

describe('xcomReferences', () => {
  const references = (...args: string[]) => xcomReferences({ image: 'x', command: null, args, env: {} })

  it('names the tasks whose results are used', () => {
    expect(references('{{ xcom.a.b }} {{ params.x }}', '{% if xcom["c-d"] %}{% endif %}')).toEqual(
      new Set(['a', 'c-d']),
    )
  })

  it('says all when a name is computed', () => {
    expect(references('{{ xcom[params.which] }}')).toBe('all')
    expect(references('{{ xcom }}')).toBe('all')
  })
})
