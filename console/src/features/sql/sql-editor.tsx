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
import { useEffect, useRef, useState } from 'react';

import { COLUMNS, FUNCTIONS, KEYWORDS } from '../../lake/schema.ts';
import type { Place } from './place.ts';

// Styles come from files: a page that takes no other would refuse those that the editor writes itself.
ace.config.set('useStrictCSP', true);

type Props = {
  /**
   * A statement that did not come from the editor: each object is put into it once. What is written is not handed back: it would come when
   * more is written already, and take that away.
   */
  readonly put: { readonly text: string };
  readonly stores: readonly string[];
  /** Where the statement is wrong: marked until it is changed. */
  readonly wrong: Place | undefined;
  readonly onChange: (value: string) => void;
  /** With what is written at that moment. */
  readonly onRun: (value: string) => void;
};

const THEMES = { light: ['cloud_editor'], dark: ['cloud_editor_dark'] } as const;

/** SQL with colours, and completion of columns, functions and stores. */
export default function SqlEditor({ put, stores, wrong, onChange, onRun }: Props) {
  const [preferences, setPreferences] = useState({});
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => complete(stores), [stores]);
  useEffect(() => {
    const editor = editorIn(place.current);
    // The component itself only sees a text that differs from the one put before.
    if (editor && editor.getValue() !== put.text) editor.setValue(put.text, -1);
  }, [put]);
  useEffect(() => {
    const editor = editorIn(place.current);
    return editor && wrong ? mark(editor, wrong) : undefined;
  }, [wrong]);
  return (
    <div
      ref={place}
      onKeyDownCapture={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        onRun(editorIn(place.current)?.getValue() ?? put.text);
      }}
    >
      <CodeEditor
        ace={ace}
        language="sql"
        value={put.text}
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

type Editor = ReturnType<typeof ace.edit>;

/** The one that the component made, which does not hand it out. */
function editorIn(element: HTMLElement | null): Editor | undefined {
  const own = element?.querySelector<HTMLElement & { readonly env?: { readonly editor: Editor } }>(
    '.ace_editor',
  );
  return own?.env?.editor;
}

/** Says at the line what is wrong, underlines the word, takes the cursor there. Returns what takes the marks away. */
function mark(editor: Editor, { line, column, message }: Place): () => void {
  const { session } = editor;
  const [row, at] = [line - 1, column - 1];
  const word = session.getAWordRange(row, at);
  // Of a comma or a bracket there is no word.
  if (word.isEmpty()) word.setEnd(row, at + 1);
  const marker = session.addMarker(word, 'ot-sql-wrong', 'text');
  const clear = () => {
    session.removeMarker(marker);
    session.clearAnnotations();
    session.off('change', clear);
  };
  session.setAnnotations([{ row, column: at, text: message, type: 'error' }]);
  session.on('change', clear);
  editor.gotoLine(line, at, false);
  return clear;
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
