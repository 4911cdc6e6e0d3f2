import { describe, expect, it } from 'vitest';

import { prepareQuery } from './query-text.ts';

const prepare = (text: string, params: Record<string, string> = {}) =>
  prepareQuery(text, new Map(Object.entries(params)));

describe('a statement for the embedded engine', () => {
  it('has its parameters written in as literals', () => {
    expect(prepare('SELECT {a:String}, { b : UInt64 }', { a: 'x', b: '7' }).sql).toBe(
      "SELECT 'x', CAST('7', 'UInt64')",
    );
    expect(prepare('SELECT {a:Array(String)}', { a: "['x','y']" }).sql).toBe(
      "SELECT CAST('[\\'x\\',\\'y\\']', 'Array(String)')",
    );
    expect(prepare('SELECT * FROM {t:Identifier}', { t: 'a`b' }).sql).toBe('SELECT * FROM `a\\`b`');
    expect(prepare('SELECT {a:Nullable(String)}', { a: '\\N' }).sql).toBe(
      "SELECT CAST(NULL, 'Nullable(String)')",
    );
  });

  it('keeps every character of a text parameter, so that none can end its literal', () => {
    expect(prepare('SELECT {a:String}', { a: "it\\'s \\\\ \\t'); DROP TABLE events --\0" }).sql).toBe(
      "SELECT 'it\\'s \\\\ \t\\'); DROP TABLE events --\\0'",
    );
  });

  it('does not look for parameters in values, strings, names, comments and heredocs', () => {
    const text = `SELECT '{a:String}', "{a:String}", \`{a:String}\`, $x$ {a:String}; $x$ /* {a:String}; */ -- {a:String};`;
    expect(prepare(text).sql).toBe(text);
    expect(prepare('SELECT {a:String}, {b:String}', { a: '{b:String}', b: 'x' }).sql).toBe(
      "SELECT '{b:String}', 'x'",
    );
    expect(prepare("SELECT 'it''s \\' {a:String}', {a:String}", { a: '1' }).sql).toBe(
      "SELECT 'it''s \\' {a:String}', '1'",
    );
    expect(prepare("SELECT map('k', 1), {'k': 1}").sql).toBe("SELECT map('k', 1), {'k': 1}");
  });

  it('is refused when a parameter has no value', () => {
    expect(() => prepare('SELECT {a:String}')).toThrow('Substitution `a` is not set');
  });

  it('is one statement', () => {
    expect(prepare('SELECT 1; -- the end\n').sql).toBe('SELECT 1');
    for (const text of [
      'SELECT 1; SELECT 2',
      "SELECT ';'; DROP TABLE events",
      'SELECT 1 /* ; */; SET x = 1',
      'SELECT $$;$$; SET x = 1',
    ]) {
      expect(() => prepare(text), text).toThrow('multi-statements');
    }
  });

  it('has its output format taken off its end', () => {
    expect(prepare('SELECT 1\nFORMAT JSONEachRow')).toEqual({ sql: 'SELECT 1', format: 'JSONEachRow' });
    expect(prepare("SELECT ' FORMAT CSV'")).toEqual({ sql: "SELECT ' FORMAT CSV'", format: undefined });
  });
});
