import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FileInput from '@cloudscape-design/components/file-input';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Textarea from '@cloudscape-design/components/textarea';
import { useState } from 'react';

import { explain } from '../../../parts/explain.ts';
import { useConnection } from '../../../session/context.tsx';
import { importDetections } from '../detections.ts';
import { TryPart } from '../try-part.tsx';

type Props = {
  readonly onCancel: () => void;
  readonly onDone: (ids: readonly string[]) => void;
};

/** Rules of Sigma: pasted or from files, tried over history, imported and enabled. */
export function ImportDialog({ onCancel, onDone }: Props) {
  const { api } = useConnection();
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const submit = async () => {
    if (text.trim() === '') return setProblem('Paste a rule, or choose files.');
    setBusy(true);
    try {
      onDone(await importDetections(api, [text]));
    } catch (error) {
      setProblem(explain(error));
      setBusy(false);
    }
  };
  const read = async (files: readonly File[]) => {
    const texts = await Promise.all(files.map((file) => file.text()));
    setProblem(undefined);
    // Several documents of YAML in one.
    setText(texts.map((one) => one.trim()).join('\n---\n'));
  };
  return (
    <Modal
      visible
      size="large"
      onDismiss={onCancel}
      closeAriaLabel="Close"
      header="Import Sigma rules"
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onCancel}>
              Cancel
            </Button>
            <Button variant="primary" loading={busy} onClick={() => void submit()}>
              Import and enable
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <div className="ot-code-area">
          <FormField
            label="Rules (YAML)"
            stretch
            errorText={problem}
            constraintText="Of product aws, service cloudtrail; several are separated by a line of ---."
          >
            <Textarea
              value={text}
              rows={12}
              spellcheck={false}
              onChange={({ detail }) => {
                setText(detail.value);
                setProblem(undefined);
              }}
            />
          </FormField>
        </div>
        <FileInput multiple accept=".yml,.yaml" value={[]} onChange={({ detail }) => void read(detail.value)}>
          Choose files
        </FileInput>
        {text.trim() !== '' && <TryPart key={text} rules={[text]} what="they" titles={new Map()} />}
      </SpaceBetween>
    </Modal>
  );
}
