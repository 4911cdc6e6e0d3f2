import Box from '@cloudscape-design/components/box';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { Command } from '../../parts/command.tsx';
import type { CliCommand } from './cli-command.ts';

type Props = { readonly commands: readonly CliCommand[]; readonly onClose: () => void };

export default function CliDialog({ commands, onClose }: Props) {
  return (
    <Modal
      visible
      onDismiss={onClose}
      header="The same search in a terminal"
      size="large"
      closeAriaLabel="Close"
    >
      <SpaceBetween size="l">
        {commands.map(({ tool, command, note }) => (
          <div key={tool}>
            <Box variant="h3" padding={{ bottom: 'xs' }}>
              {tool === 'aws' ? 'AWS CLI' : 'Opentrail'}
            </Box>
            <Command text={command} what={`the ${tool} command`} />
            {note && (
              <Box variant="small" color="text-body-secondary">
                {note}
              </Box>
            )}
          </div>
        ))}
        <Box variant="small" color="text-body-secondary">
          DIR is the server’s data folder. For the AWS CLI,{' '}
          <code>{'eval "$(bin/opentrail env --data DIR)"'}</code> sets endpoint and credentials.
        </Box>
      </SpaceBetween>
    </Modal>
  );
}
