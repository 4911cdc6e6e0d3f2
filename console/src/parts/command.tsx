import { CopyButton } from './copy-button.tsx';

/** A command to paste into a terminal. */
export function Command({ text, what = 'the command' }: { readonly text: string; readonly what?: string }) {
  return (
    <div className="ot-command">
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} what={what} />
    </div>
  );
}
