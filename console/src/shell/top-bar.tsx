import TopNavigation, { type TopNavigationProps } from '@cloudscape-design/components/top-navigation';

import { durationText, localTime } from '../parts/time.ts';
import { useNarrow } from '../parts/use-narrow.ts';
import { useNow } from '../parts/use-now.ts';
import { usePreferences } from '../preferences/context.tsx';
import type { Preferences } from '../preferences/preferences.ts';
import { useConnection } from '../session/context.tsx';
import logo from './logo.svg';

const THEMES: readonly { readonly id: Preferences['theme']; readonly text: string }[] = [
  { id: 'system', text: 'As the system' },
  { id: 'light', text: 'Light' },
  { id: 'dark', text: 'Dark' },
];

export function TopBar({ onHelp }: { readonly onHelp: () => void }) {
  const { session, signOut, switchTo } = useConnection();
  const [{ theme }, setPreferences] = usePreferences();
  const narrow = useNarrow();
  const { before } = session;
  const left = session.expiration - useNow(30_000);
  const utilities: TopNavigationProps.Utility[] = [
    ...(left < 15 * 60_000
      ? [
          {
            type: 'button',
            text: narrow ? durationText(left) : `Session ends in ${durationText(left)}`,
            iconName: 'status-warning',
            ariaLabel: `Session ends in ${durationText(left)}`,
            disableUtilityCollapse: true,
            disableTextCollapse: true,
          } as const,
        ]
      : []),
    {
      type: 'button',
      iconName: 'status-info',
      title: 'Help',
      ariaLabel: 'Keyboard shortcuts and help',
      onClick: onHelp,
    },
    {
      type: 'menu-dropdown',
      iconName: 'settings',
      ariaLabel: 'Appearance',
      title: 'Appearance',
      items: THEMES.map(({ id, text }) => ({ id, text, itemType: 'checkbox', checked: id === theme })),
      onItemClick: ({ detail }) =>
        setPreferences({ theme: THEMES.find(({ id }) => id === detail.id)?.id ?? 'system' }),
    },
    {
      type: 'menu-dropdown',
      text: session.userName || session.accountId,
      description: `${session.userArn || session.accountId} · ${session.region}`,
      iconName: 'user-profile',
      items: [
        { id: 'until', text: `Session until ${localTime(session.expiration).slice(0, 16)}`, disabled: true },
        ...(before ? [{ id: 'back', text: `Back to ${before.userName} in ${before.accountId}` }] : []),
        { id: 'sign-out', text: 'Sign out' },
      ],
      onItemClick: ({ detail }) => {
        if (detail.id === 'sign-out') signOut();
        else if (before) switchTo(before);
      },
    },
  ];
  return (
    <div id="ot-top" className="ot-top">
      <TopNavigation
        identity={{ href: '#/events', title: 'Opentrail', logo: { src: logo, alt: '' } }}
        utilities={utilities}
        i18nStrings={{
          overflowMenuTriggerText: 'More',
          overflowMenuTitleText: 'All',
          overflowMenuBackIconAriaLabel: 'Back',
          overflowMenuDismissIconAriaLabel: 'Close menu',
        }}
      />
    </div>
  );
}
