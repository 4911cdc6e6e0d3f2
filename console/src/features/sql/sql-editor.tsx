import CodeEditor from '@cloudscape-design/components/code-editor';
import ace from 'ace-builds/src-noconflict/ace';
import 'ace-builds/src-noconflict/ext-language_tools';
import 'ace-builds/src-noconflict/mode-sql';
import 'ace-builds/src-noconflict/snippets/sql';
import 'ace-builds/src-noconflict/snippets/text';
import 'ace-builds/src-noconflict/theme-cloud_editor';
import 'ace-builds/src-noconflict/theme-cloud_editor_dark';
import 'ace-builds/css/ace.css';
import 'ace-builds/css/theme/cloud_editor.css';
import 'ace-builds/css/theme/cloud_editor_dark.css';
import { useEffect, useState } from 'react';

import { COLUMNS, FUNCTIONS, KEYWORDS } from '../../lake/schema.ts';

// Styles come from files: a page that takes no other would refuse those that the editor writes itself.
ace.config.set('useStrictCSP', true);

type Props = {
  readonly value: string;
  readonly stores: readonly string[];
  readonly onChange: (value: string) => void;
  readonly onRun: () => void;
};

const THEMES = { light: ['cloud_editor'], dark: ['cloud_editor_dark'] } as const;

/** SQL with colours, and completion of columns, functions and stores. */
export default function SqlEditor({ value, stores, onChange, onRun }: Props) {
  const [preferences, setPreferences] = useState({});
  useEffect(() => complete(stores), [stores]);
  return (
    <div
      onKeyDownCapture={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        onRun();
      }}
    >
      <CodeEditor
        ace={ace}
        language="sql"
        value={value}
        ariaLabel="SQL statement"
        editorContentHeight={220}
        themes={THEMES}
        preferences={preferences}
        onPreferencesChange={({ detail }) => setPreferences(detail)}
        onDelayedChange={({ detail }) => onChange(detail.value)}
      />
    </div>
  );
}

type Completion = {
  readonly caption: string;
  readonly value: string;
  readonly meta: string;
  readonly score: number;
};

type Tell = (error: null, completions: readonly Completion[]) => void;

function complete(stores: readonly string[]): void {
  const of = (names: readonly string[], meta: string, score: number): Completion[] =>
    names.map((name) => ({ caption: name, value: name, meta, score }));
  const all = [
    ...COLUMNS.map(([name, type]) => ({ caption: name, value: name, meta: type, score: 30 })),
    ...of(stores, 'event data store', 20),
    ...of(FUNCTIONS, 'function', 10),
    ...of(KEYWORDS, 'keyword', 5),
  ];
  const tools = ace.require('ace/ext/language_tools') as {
    readonly setCompleters: (completers: readonly object[]) => void;
  };
  tools.setCompleters([
    {
      identifierRegexps: [/[\w.$-]/],
      // Editor, session, place and what is typed so far are of no matter: the editor narrows the list itself.
      getCompletions: (...given: readonly unknown[]) => (given[4] as Tell)(null, all),
    },
  ]);
}
