// Text from outside never becomes a tag.
import { describe, expect, it } from 'vitest';
import { escapeMarkup, html, trusted } from '../../src/report/markup.js';

describe('html', () => {
  it('escapes values, keeps markup, joins lists, leaves out undefined and false', () => {
    const item = (name: string) => html`<li title="${name}">${name}</li>`;
    expect(html`<ul>${['<img src=x>', `a&b"'`].map(item)}${undefined}${false}${trusted('<hr>')}${0}</ul>`.markup).toBe(
      '<ul><li title="&#60;img src=x&#62;">&#60;img src=x&#62;</li><li title="a&#38;b&#34;&#39;">a&#38;b&#34;&#39;</li><hr>0</ul>',
    );
  });
});

describe('escapeMarkup', () => {
  it('replaces what XML does not allow, and keeps the rest', () => {
    expect(escapeMarkup('a\u0000b\u001bc\ud800d\ufffe')).toBe('a\ufffdb\ufffdc\ufffdd\ufffd');
    expect(escapeMarkup('tab\tline\nkätzchen 猫 😺')).toBe('tab\tline\nkätzchen 猫 😺');
  });
});
