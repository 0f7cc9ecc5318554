import type { Operation } from '@holdfast/protocol';

/** The page runs nothing and loads nothing. */
export const docsPagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

interface Member {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly description?: string;
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
h2 { font-size: 1rem; margin: 2.5rem 0 .25rem }
code { font: .9em ui-monospace, monospace }
table { border-collapse: collapse; margin: .5rem 0 }
td { padding: .1rem 1rem .1rem 0; vertical-align: top }
small { opacity: .7 }`;

/** The operations on one page, for a person who has only the address of a daemon. */
export function docsPage(operations: readonly Operation[], version: string): string {
  const contents = operations.map(({ name }) => `<a href="#${name}">${name}</a>`).join(' · ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Holdfast ${escapeHtml(version)}</title>
<style>${style}
</style>
<h1>Holdfast ${escapeHtml(version)}</h1>
<p>Sessions of coding agents over HTTP and Server-Sent Events. For programs: <a href="openapi.json">openapi.json</a>.</p>
<p>${contents}</p>
${operations.map(section).join('\n')}
</html>
`;
}

function section({ name, method, path, summary, scope, query, body, errors }: Operation): string {
  const parts = [
    `<h2 id="${name}"><code>${method} ${escapeHtml(path)}</code></h2>`,
    `<div>${prose(summary)} <small>${name}, ${scope === 'public' ? 'needs no token' : scope}</small></div>`,
    members('Query', query),
    members('Body', body),
    errors.length === 0 ? '' : `<div><small>Errors: ${errors.map(codeText).join(', ')}</small></div>`,
  ];
  return parts.filter((part) => part !== '').join('\n');
}

function members(title: string, schema: Operation['body']): string {
  if (schema === undefined) return '';
  const required = new Set<string>(schema.required);
  const rows = Object.entries<Member>(schema.properties).map(
    ([name, member]) =>
      `<tr><td>${codeText(name)}${required.has(name) ? '' : '?'}<td>${typeOf(member)}<td>${prose(member.description ?? '')}`,
  );
  return rows.length === 0 ? '' : `<table><caption>${title}</caption>${rows.join('')}</table>`;
}

const typeOf = (member: Member): string =>
  member.enum === undefined
    ? escapeHtml(member.type ?? '')
    : member.enum.map((value) => codeText(JSON.stringify(value))).join(' ');

const codeText = (text: string): string => `<code>${escapeHtml(text)}</code>`;

/** Text of a declaration, where backticks mark code. */
const prose = (text: string): string => escapeHtml(text).replaceAll(/`([^`]*)`/g, '<code>$1</code>');

const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
