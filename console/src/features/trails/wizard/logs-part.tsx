import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { ChoiceField, NameField } from '../../../choices/choose.tsx';
import { DEFAULT_ROLE } from './draft.ts';
import { useForm } from './form-context.tsx';
import { logGroupName, ownerOf } from './names.ts';
import { rolePolicy } from './policies.ts';
import { PolicyNeeds } from './policy-needs.tsx';

/** CloudWatch Logs: a group, and the role by which CloudTrail writes into it. */
export function LogsPart() {
  const { draft, change, choose, errorOf, place, lists } = useForm();
  const groups = lists.logGroups;
  const newGroup = draft.logsChoice === 'new';
  return (
    <Container header={<Header variant="h2">CloudWatch Logs</Header>}>
      <SpaceBetween size="l">
        <ChoiceField
          label="Log group"
          description="Each event as it happens, for metric filters and subscriptions."
          value={draft.logsChoice}
          options={[
            { value: 'none', label: 'None' },
            { value: 'existing', label: 'Existing' },
            { value: 'new', label: 'New' },
          ]}
          onChange={(logsChoice) => choose('logGroup', { logsChoice, logGroup: '' })}
          available={groups}
        />
        {draft.logsChoice !== 'none' && (
          <SpaceBetween size="l">
            <NameField
              label={newGroup ? 'New log group’s name' : 'Log group’s name'}
              value={draft.logGroup}
              onChange={(logGroup) => change('logGroup', { logGroup })}
              error={errorOf('logGroup')}
              available={newGroup ? undefined : groups}
              suggest={!newGroup}
              placeholder={newGroup ? `cloudtrail/${draft.name || 'trail'}` : ''}
              hint={`CloudTrail writes the stream ${place.accountId}_CloudTrail_${place.region}.`}
            />
            <RoleFields />
          </SpaceBetween>
        )}
      </SpaceBetween>
    </Container>
  );
}

function RoleFields() {
  const { draft, change, choose, errorOf, place, lists } = useForm();
  const roles = lists.roles;
  const isNew = draft.roleChoice === 'new';
  return (
    <SpaceBetween size="l">
      <ChoiceField
        label="Role"
        description="CloudTrail writes by this role."
        value={draft.roleChoice}
        options={[
          { value: 'new', label: 'New' },
          { value: 'existing', label: 'Existing' },
        ]}
        onChange={(roleChoice) =>
          choose('role', { roleChoice, role: roleChoice === 'new' ? DEFAULT_ROLE : '' })
        }
        available={roles}
      />
      <NameField
        label={isNew ? 'New role’s name' : 'Role’s name'}
        value={draft.role}
        onChange={(role) => change('role', { role })}
        error={errorOf('role')}
        available={isNew ? undefined : roles}
        suggest={!isNew}
        hint={
          isNew
            ? 'cloudtrail.amazonaws.com may assume it, and it may write into that stream only.'
            : 'A name or an ARN. It must trust cloudtrail.amazonaws.com.'
        }
      />
      {!isNew && (
        <PolicyNeeds
          what="the role’s policy"
          statements={
            rolePolicy(ownerOf(draft, place), {
              accountId: place.accountId,
              logGroup: logGroupName(draft, place).name,
            }).Statement
          }
        />
      )}
    </SpaceBetween>
  );
}
